// SPDX-License-Identifier: Apache-2.0
//
// One line of text for people, made of what others wrote: without control characters, which could
// end the line or steer a terminal, and never cut inside of a UTF-8 character. Any thread; nothing
// blocks.
#ifndef HZI_BASE_LINE_H
#define HZI_BASE_LINE_H

#include <stddef.h>

// Blanks the control characters of a terminated text.
void hzi_line_clean(char *text);

// Ends a text at n bytes, or at the start of the character that would be torn there; returns how
// long it is then.
size_t hzi_line_cut(char *text, size_t n);

// Makes a terminated line of n foreign bytes, which are lent (NULL: none), as far as there is room
// (at least 1).
void hzi_line_copy(char *to, size_t room, const void *from, size_t n);

#endif
