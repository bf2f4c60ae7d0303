// SPDX-License-Identifier: Apache-2.0
//
// The 64-bit Rabin fingerprint that makes the number of a schema.
#ifndef HZI_SERIALIZATION_RABIN_H
#define HZI_SERIALIZATION_RABIN_H

#include <stddef.h>
#include <stdint.h>

// The fingerprint of nothing, from which every other one starts.
#define HZI_RABIN_EMPTY UINT64_C(0xc15d213aa4d7a795)

// Folds n bytes into a fingerprint. Lends them. Any thread.
uint64_t hzi_rabin_bytes(uint64_t fingerprint, const void *bytes, size_t n);

// Folds a number, low byte first, and a text with its length before it.
uint64_t hzi_rabin_i32(uint64_t fingerprint, int32_t number);
uint64_t hzi_rabin_text(uint64_t fingerprint, const char *text, size_t n);

#endif
