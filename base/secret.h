// SPDX-License-Identifier: Apache-2.0
//
// A secret text at rest: in pages of its own that no core dump has, wiped before they go. For
// passwords, tokens and keys that live as long as a client; not for many, and not for quick ones.
#ifndef HZI_BASE_SECRET_H
#define HZI_BASE_SECRET_H

#include <stddef.h>

// Copies n bytes of text (no NUL among them) and adds a terminator. Lends text; gives the copy, to
// be freed by hzi_secret_free. NULL: no memory. Any thread.
char *hzi_secret_new(const char *text, size_t n);

// Wipes and frees it. NULL-safe.
void hzi_secret_free(char *secret);

#endif
