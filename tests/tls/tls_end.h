// SPDX-License-Identifier: Apache-2.0
//
// The other end of TLS: a thread that accepts connections on loopback one after the other, agrees
// on TLS by OpenSSL's own server, and sends back what it gets, until it is stopped.
#ifndef TESTS_TLS_TLS_END_H
#define TESTS_TLS_TLS_END_H

#include "base/platform.h"
#include "tests/support/certs.h"

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct tls_end_options {
	const cert *own;
	const cert *clients; // who must have signed a client's certificate; NULL: none is asked for
	int oldest, newest;  // versions of the protocol, TLS1_2_VERSION and so on; 0: any
	const char *ciphers; // of TLS 1.2; NULL: OpenSSL's choice
	bool rude;           // closes without a word once it has got something
	bool new_keys;       // exchanges the keys of both directions before every answer
	bool mute;           // accepts, and says nothing at all
} tls_end_options;

typedef struct tls_end {
	int listener;
	uint16_t port;
	tls_end_options options;
	SSL_CTX *ctx;
	hzi_thread thread;
	_Atomic int accepted;   // connections
	_Atomic int agreed;     // ... that came to an agreement
	_Atomic int resumed;    // ... by a session of an earlier one
	_Atomic int ended;      // ... that are over
	_Atomic uint64_t bytes; // of clients, after agreeing
	char name[256];         // what the last client asked for (SNI); "": nothing
} tls_end;

// Listens and starts the thread. Fails the case if it cannot.
void tls_end_start(tls_end *end, const tls_end_options *options);

// Waits until so many connections are over.
void tls_end_await(tls_end *end, int ended);

// Ends the thread, which lets its connection go, and frees all.
void tls_end_stop(tls_end *end);

#endif
