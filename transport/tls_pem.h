// SPDX-License-Identifier: Apache-2.0
//
// Certificates and keys in PEM, from a file or from the text itself, into a TLS context. The errors
// are HZ_ERR_CONFIG with the setting's name, or HZ_ERR_MEMORY; sources are lent. Any thread; reads
// files.
#ifndef HZI_TRANSPORT_TLS_PEM_H
#define HZI_TRANSPORT_TLS_PEM_H

#include <hazelcast/error.h>
#include <openssl/ssl.h>

// Trusts every certificate of the source; there must be one.
hz_err hzi_tls_pem_trust(SSL_CTX *ctx, const char *source, hz_error *err);

// Shows the first certificate to members that ask, the others as what signed it.
hz_err hzi_tls_pem_chain(SSL_CTX *ctx, const char *source, hz_error *err);

// The private key of the certificate that stands already. password: NULL or empty when it is not encrypted.
hz_err hzi_tls_pem_key(SSL_CTX *ctx, const char *source, const char *password, hz_error *err);

#endif
