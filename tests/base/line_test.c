// SPDX-License-Identifier: Apache-2.0
#include "base/line.h"

#include "tests/support/suite.h"

#include <string.h>

static void
control_characters_become_blanks(void)
{
	char text[] = "a\nb\r\t\x1b[2J\x7f\xc3\xa9";
	hzi_line_clean(text);
	HZT_EQ_STR(text, "a b   [2J \xc3\xa9");
	char to[16];
	hzi_line_copy(to, sizeof(to), "x\0y\nz", 5);
	HZT_EQ_STR(to, "x y z");
	hzi_line_copy(to, sizeof(to), NULL, 7);
	HZT_EQ_STR(to, "");
	hzi_line_copy(to, 1, "more", 4);
	HZT_EQ_STR(to, "");
}

// Cuts a text at each of its bytes, and looks where it ends.
static void
check_cuts(const char *text, const size_t *ends)
{
	for (size_t n = 0; n <= strlen(text); n++) {
		char copy[32];
		memcpy(copy, text, strlen(text) + 1);
		hzi_line_cut(copy, n);
		HZT_EQ_INT(strlen(copy), ends[n]);
		HZT_EQ_MEM(copy, text, ends[n]);
		hzi_line_copy(copy, n + 1, text, strlen(text));
		HZT_EQ_INT(strlen(copy), ends[n]);
	}
}

static void
no_character_is_torn(void)
{
	check_cuts("ab", (const size_t[]){0, 1, 2});
	check_cuts("a\xc3\xa9z", (const size_t[]){0, 1, 1, 3, 4});
	check_cuts("\xe2\x82\xac\xe2\x82\xac", (const size_t[]){0, 0, 0, 3, 3, 3, 6});
	check_cuts("-\xf0\x9f\x98\x80", (const size_t[]){0, 1, 1, 1, 1, 5});
	// What is no UTF-8 is cut like bytes.
	check_cuts("\x80\x80\x80\x80\x80", (const size_t[]){0, 1, 2, 3, 4, 5});
}

static const hzt_case cases[] = {
		{"control_characters_become_blanks", control_characters_become_blanks},
		{"no_character_is_torn", no_character_is_torn},
};
HZT_MAIN("line", cases)
