// SPDX-License-Identifier: Apache-2.0
//
// The inside of what all TLS connections of a client share (transport/tls.h), for the stream: the
// context of OpenSSL, and the sessions of the last connections. The only header beside tls_pem.h
// that knows OpenSSL.
#ifndef HZI_TRANSPORT_TLS_CONTEXT_H
#define HZI_TRANSPORT_TLS_CONTEXT_H

#include "transport/tls.h"

#include <hazelcast/error.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A source with certificates or a key is refused when it is longer.
#define HZI_TLS_PEM_MAX ((size_t)1 << 20)

// How many members' sessions are kept for resumption.
#define HZI_TLS_SESSIONS_MAX 64

// A session that a member gave, to be tried with the same member again.
typedef struct hzi_tls_session {
	char host[256];
	uint16_t port;
	SSL_SESSION *session; // NULL: none
} hzi_tls_session;

struct hzi_tls {
	pthread_mutex_t lock; // guards all that follows
	SSL_CTX *ctx;
	BIO_METHOD *bio; // constant; how an SSL object reaches the stream below it
	hzi_tls_session sessions[HZI_TLS_SESSIONS_MAX]; // all of them of this ctx
	uint32_t next;                                  // the place that is used again next
	char server_name[256];
	bool any_name, any_certificate;
};

// Whom a connection is with; in memory that outlives its SSL object.
typedef struct hzi_tls_peer {
	hzi_tls *tls;
	char host[256];
	uint16_t port;
} hzi_tls_peer;

// Gives the way of a tls stream to the stream below it, to be freed by BIO_meth_free. NULL: no
// memory. In tls.c.
BIO_METHOD *hzi_tls_bio_method(void);

// Gives an SSL object for a connection to this member, which holds what it needs of the context,
// with the session of the last time if there is one; sessions that the member gives are kept. Lends
// peer. NULL: no memory. Any thread.
SSL *hzi_tls_connection(hzi_tls_peer *peer);

// Fills err with the text and behind it what OpenSSL last noted for this thread; clears its notes.
// Returns code.
hz_err hzi_tls_fail(hz_error *err, hz_err code, const char *what);

#endif
