// SPDX-License-Identifier: Apache-2.0
//
// The generator, run as the build runs it: what it makes of a small spec, and what it says about
// mistakes.
#include "base/buf.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[256];

static void
make_folder(void)
{
	const char *base = getenv("TEST_TMPDIR");
	snprintf(folder, sizeof(folder), "%s/generator-XXXXXX", base != NULL ? base : "/tmp");
	HZT_CHECK(mkdtemp(folder) != NULL);
}

static void
remove_folder(void)
{
	char command[512];
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	HZT_EQ_INT(system(command), 0);
}

// All of a stream, terminated; for free().
static char *
read_all(FILE *f)
{
	hzi_buf b = {0};
	HZT_CHECK(f != NULL);
	char block[4096];
	size_t n;
	while ((n = fread(block, 1, sizeof(block), f)) > 0) {
		HZT_CHECK(hzi_buf_append(&b, block, n));
	}
	HZT_CHECK(hzi_buf_append(&b, "", 1));
	return (char *)b.data;
}

static char *
read_file(const char *from, const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", from, name);
	FILE *f = fopen(path, "rb");
	char *text = read_all(f);
	fclose(f);
	return text;
}

// Runs the generator on files, with its output under the folder; returns what it printed.
static char *
generate(const char *files, bool *failed)
{
	char command[4096];
	snprintf(command, sizeof(command), "python3 tools/hzgen.py --out '%s/out' %s 2>&1", folder,
			files);
	FILE *pipe = popen(command, "r");
	char *printed = read_all(pipe);
	*failed = pclose(pipe) != 0;
	return printed;
}

static void
check_same(const char *name, const char *expected)
{
	char out[512];
	snprintf(out, sizeof(out), "%s/out/protocol/gen", folder);
	char *got = read_file(out, name);
	char *want = read_file("tests/protocol/golden", expected);
	HZT_EQ_STR(got, want);
	free(got);
	free(want);
}

static void
output_is_as_committed(void)
{
	bool failed;
	make_folder();
	char *printed = generate("tests/protocol/golden/tiny.hzp", &failed);
	HZT_EQ_STR(printed, "");
	HZT_CHECK(!failed);
	check_same("tiny.h", "tiny.h.expected");
	check_same("types.h", "types.h.expected");
	check_same("tables.c", "tables.c.expected");
	free(printed);
	remove_folder();
}

static void
order_of_files_does_not_matter(void)
{
	bool failed;
	make_folder();
	char *once = generate("protocol/spec/*.hzp", &failed);
	HZT_CHECK(!failed);
	char out[512];
	snprintf(out, sizeof(out), "%s/out/protocol/gen", folder);
	char *tables = read_file(out, "tables.c");
	char *again = generate("$(ls -r protocol/spec/*.hzp)", &failed);
	HZT_CHECK(!failed);
	char *same = read_file(out, "tables.c");
	HZT_CHECK(strcmp(tables, same) == 0 && strlen(tables) > 100000);
	free(once);
	free(again);
	free(tables);
	free(same);
	remove_folder();
}

#define SERVICE "service S 0x01\n"

static const struct {
	const char *spec;
	int line;
	const char *message;
} mistakes[] = {
		{"01 get()\n", 1, "'service', 'type' or 'reply' expected"},
		{"   go on\n", 1, "nothing to go on with"},
		{"service S 1\n", 1, "0xNN expected at '1'"},
		{SERVICE "service T 0x01\n", 2, "service number 0x01 is taken"},
		{SERVICE "\n# note\n1 get()\n", 4, "two hexadecimal digits expected at '1 get()'"},
		{SERVICE "01 get(name:str, key data)\n", 2, "':' expected at 'data)'"},
		{SERVICE "01 get(name:str key:data)\n", 2, "',' or ')' expected at 'key:data)'"},
		{SERVICE "01 get(name:text)\n", 2, "unknown type 'text'"},
		{SERVICE "01 get(name:[str)\n", 2, "']' expected at ')'"},
		{SERVICE "01 get(name:str,\n       name:str)\n", 2, "field 'name' stands twice"},
		{SERVICE "01 get(int:i32)\n", 2, "'int' cannot be the name of a field"},
		{SERVICE "01 get(n:i32?)\n", 2, "field 'n': a i32 cannot be null"},
		{SERVICE "01 get(n:[i32?])\n", 2, "items of '[i32?]' cannot be null"},
		{SERVICE "01 get(n:{str:i32})\n", 2,
				"'{str:i32}': there is no form for entries with only the value "
				"fixed"},
		{SERVICE "01 get(a:i32+2.4, b:i32)\n", 2, "field 'b' is older than 'a' before it"},
		{SERVICE "01 get(a:i32+3.0)\n", 2, "version '3.0' is not 2.N or 2.N.M"},
		{SERVICE "01 get()\n01 put()\n", 3, "operation number 01 is taken"},
		{SERVICE "01 get(key:data) @key=name\n", 2,
				"'@key' needs a field 'name' of type data"},
		{SERVICE "01 get(name:str) @name @any\n", 2, "'@name' and '@any' cannot both be"},
		{SERVICE "01 get() @retry @retry\n", 2, "attribute '@retry' stands twice"},
		{SERVICE "01 get() @often\n", 2, "unknown attribute '@often'"},
		{SERVICE "01 get() @since\n", 2, "version '' is not 2.N or 2.N.M"},
		{"service S 0x01 more\n", 1, "an attribute expected at 'more'"},
		{SERVICE "01 get(name:[str]) @name\n", 2,
				"'@name' needs a field 'name' of type str"},
		{SERVICE "   event late()\n", 2, "an event stands below its operation"},
		{"type A(a:B)\ntype B(b:[A])\n", 2, "type 'A' contains itself"},
		{"reply E 0x00(a:i32)\n", 1, "0xNNNNNN expected at '0x00(a:i32)'"},
};

static void
check_mistake(size_t i)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/bad.hzp", folder);
	FILE *f = fopen(path, "w");
	HZT_CHECK(f != NULL);
	fputs(mistakes[i].spec, f);
	fclose(f);
	bool failed;
	char *printed = generate(path, &failed);
	char want[600];
	snprintf(want, sizeof(want), "%s:%d: %s\n", path, mistakes[i].line, mistakes[i].message);
	HZT_EQ_STR(printed, want);
	HZT_CHECK(failed);
	free(printed);
}

static void
mistakes_are_told_with_their_place(void)
{
	make_folder();
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		check_mistake(i);
	}
	remove_folder();
}

static const hzt_case cases[] = {
		{"output_is_as_committed", output_is_as_committed},
		{"order_of_files_does_not_matter", order_of_files_does_not_matter},
		{"mistakes_are_told_with_their_place", mistakes_are_told_with_their_place},
};
HZT_MAIN("generator", cases)
