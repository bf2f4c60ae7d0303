// SPDX-License-Identifier: Apache-2.0
//
// TLS between a client and its members: what all connections of a client have in common (whom to
// trust, who we are, which versions and ciphers are good enough), and the stream that one of them
// is. The settings are read once from files or texts in PEM, and exchanged as a whole when they are
// to be read again.
#ifndef HZI_TRANSPORT_TLS_H
#define HZI_TRANSPORT_TLS_H

#include "transport/stream.h"
#include "transport/wait.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// Strings are lent, and NULL or empty where there is nothing. A source of PEM is the name of a
// file, or the text itself, which is told by its "-----BEGIN" at the start.
typedef struct hzi_tls_options {
	const char *trust;        // certificates of authorities; "system": those of the machine
	const char *chain;        // our own certificate and what signed it, for members that ask
	const char *key;          // its private key
	const char *key_password; // NULL or empty: the key is not encrypted
	const char *ciphers;      // names of OpenSSL or of the standard, apart by , or : or space
	const char *server_name;  // what the members' certificates say, in place of what is dialled
	bool only_v13;            // else TLS 1.2 is good enough
	bool any_name;            // the name in the certificate is not looked at
	bool any_certificate;     // nothing is looked at: anybody may answer
} hzi_tls_options;

typedef struct hzi_tls hzi_tls;

// Reads all sources and makes what connections need. Lends options; gives *out. Any thread; reads
// files. HZ_ERR_CONFIG says which setting is wrong and how; HZ_ERR_MEMORY, HZ_ERR_RESOURCE.
hz_err hzi_tls_new(const hzi_tls_options *options, hzi_tls **out, hz_error *err);

// Reads all sources again; dials that begin later use what is there now, connections that stand are
// not touched. On failure all stays as it was. Lends options. Any thread; errors as of hzi_tls_new.
hz_err hzi_tls_reload(hzi_tls *tls, const hzi_tls_options *options, hz_error *err);

// Frees it, when no connection of it is left. NULL-safe, nulls the pointer.
void hzi_tls_destroy(hzi_tls **tls);

// Agrees on TLS over a connected stream and looks at the member's certificate; not a byte of ours
// leaves before that. Takes *inner, which is closed on failure; gives *out. host is what the
// certificate must be for, unless the options have another name. Only one thread may use *out
// (ops->shared is false). Blocks until wait ends it. HZ_ERR_TLS: no agreement, or the certificate
// is not good enough; HZ_ERR_DISCONNECTED, HZ_ERR_IO, HZ_ERR_TIMEOUT, HZ_ERR_CANCELLED,
// HZ_ERR_MEMORY.
hz_err hzi_tls_open(hzi_tls *tls, hzi_stream *inner, const char *host, uint16_t port,
		const hzi_wait *wait, hzi_stream *out, hz_error *err);

#endif
