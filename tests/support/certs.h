// SPDX-License-Identifier: Apache-2.0
//
// Certificates made for one test run: authorities, and what they sign. The case's own thread.
#ifndef HZT_CERTS_H
#define HZT_CERTS_H

#include <stdbool.h>

typedef struct cert {
	char *pem;           // the certificate
	char *key;           // its private key, in the clear
	char *encrypted_key; // the same key under CERT_PASSWORD
} cert;

#define CERT_PASSWORD "open sesame"

typedef struct cert_spec {
	const char *name;      // common name
	const char *alt_names; // as OpenSSL's configuration has them, "DNS:a,IP:1.2.3.4"; NULL: none
	const cert *issuer;    // NULL: signs itself
	bool authority;        // may sign others
	int from_days;         // validity, counted from now
	int to_days;           // 0: a month
} cert_spec;

// Gives *out, to be freed by cert_clear. Fails the case if it cannot.
void cert_make(const cert_spec *spec, cert *out);
void cert_clear(cert *c);

// Writes a text to a new file of the test's own folder and gives the name, to be freed; the files
// are removed by whoever runs the test.
char *cert_file(const char *text);

#endif
