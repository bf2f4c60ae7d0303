// SPDX-License-Identifier: Apache-2.0
//
// Bytes as text, as RFC 4648 part 4 has it.
#ifndef HZI_PROXIES_MAP_BACKEND_BASE64_H
#define HZI_PROXIES_MAP_BACKEND_BASE64_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Appends the text of n bytes, which are lent. out->failed without memory.
void hzi_base64_write(hzi_buf *out, const uint8_t *bytes, size_t n);

// Appends the bytes of a text of n characters, which is lent. False: it is none, or no memory.
bool hzi_base64_read(hzi_buf *out, const char *text, size_t n);

#endif
