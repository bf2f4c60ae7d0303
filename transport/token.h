// SPDX-License-Identifier: Apache-2.0
//
// The token that a client authenticates with, from text to bytes.
#ifndef HZI_TRANSPORT_TOKEN_H
#define HZI_TRANSPORT_TOKEN_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>

// Gives the token's bytes as a secret (base/secret.h) and their number; the bytes may hold zeros.
// Lends text. HZ_ERR_CONFIG: base64 was said and it is none; HZ_ERR_MEMORY. Any thread.
hz_err hzi_token_read(const char *text, bool base64, char **token, size_t *size, hz_error *err);

#endif
