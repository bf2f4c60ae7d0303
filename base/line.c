// SPDX-License-Identifier: Apache-2.0
#include "base/line.h"

#include <string.h>

static void
clean(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			text[i] = ' ';
		}
	}
}

void
hzi_line_clean(char *text)
{
	clean(text, strlen(text));
}

// How many bytes the character takes that begins with this one.
static size_t
character_size(unsigned char first)
{
	if (first < 0xc0) {
		return 1;
	}
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t
hzi_line_cut(char *text, size_t n)
{
	size_t behind = 0; // bytes at the end that continue a character
	while (behind < 3 && behind < n && ((unsigned char)text[n - 1 - behind] & 0xc0) == 0x80) {
		behind++;
	}
	if (behind < n && character_size((unsigned char)text[n - 1 - behind]) > behind + 1) {
		n -= behind + 1;
	}
	text[n] = '\0';
	return n;
}

void
hzi_line_copy(char *to, size_t room, const void *from, size_t n)
{
	size_t kept = n < room ? n : room - 1;
	if (from == NULL) {
		kept = 0;
	}
	if (kept != 0) {
		memcpy(to, from, kept);
	}
	clean(to, kept);
	to[kept] = '\0';
	if (from != NULL && kept < n) {
		(void)hzi_line_cut(to, kept);
	}
}
