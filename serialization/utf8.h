// SPDX-License-Identifier: Apache-2.0
//
// The check that text is real UTF-8, which is what the members' Java strings can carry.
#ifndef HZI_SERIALIZATION_UTF8_H
#define HZI_SERIALIZATION_UTF8_H

#include <stddef.h>

// How many of the n bytes are well-formed UTF-8 from the start: n if all are, else the index of the
// first byte of a sequence that is not (cut short, overlong, a surrogate, beyond U+10FFFF). Lends
// the bytes. Any thread; does not block.
size_t hzi_utf8_valid(const char *text, size_t n);

#endif
