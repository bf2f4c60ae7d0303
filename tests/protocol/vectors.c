// SPDX-License-Identifier: Apache-2.0
#include "tests/protocol/vectors.h"

#include "protocol/split.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Versions with their number of messages.
static const struct {
	const char *version;
	uint8_t number;
	uint32_t messages;
} versions[N_VECTOR_FILES / 2] = {
		{"2.0", 0, 849},
		{"2.0.1", 1, 849},
		{"2.1", 10, 869},
		{"2.2", 20, 879},
		{"2.3", 30, 881},
		{"2.4", 40, 889},
		{"2.5", 50, 897},
		{"2.6", 60, 912},
		{"2.7", 70, 948},
		{"2.8", 80, 981},
		{"2.9", 90, 985},
		{"2.10", 100, 985},
};

static vector_file files[N_VECTOR_FILES];

static void
read_file(const char *folder, vector_file *file)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder, file->name);
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		fprintf(stderr, "missing: %s\n", file->name);
	}
	HZT_CHECK(f != NULL);
	const size_t room = 1 << 18;
	file->bytes = malloc(room);
	HZT_CHECK(file->bytes != NULL);
	file->n = fread(file->bytes, 1, room, f);
	fclose(f);
	unlink(path);
	HZT_CHECK(file->n > 0 && file->n < room);
}

static void
read_all(void)
{
	const char *base = getenv("TEST_TMPDIR");
	char folder[256];
	snprintf(folder, sizeof(folder), "%s/vectors-XXXXXX", base != NULL ? base : "/tmp");
	HZT_CHECK(mkdtemp(folder) != NULL);
	char command[512];
	snprintf(command, sizeof(command), "python3 tests/protocol/unpack.py '%s'", folder);
	HZT_EQ_INT(system(command), 0);
	for (int i = 0; i < N_VECTOR_FILES; i++) {
		vector_file *file = &files[i];
		file->version = versions[i / 2].number;
		file->messages = versions[i / 2].messages;
		file->nulls = i % 2 == 1;
		snprintf(file->name, sizeof(file->name), "%s.protocol.compatibility.%sbinary",
				versions[i / 2].version, file->nulls ? "null." : "");
		read_file(folder, file);
	}
	rmdir(folder);
}

const vector_file *
vector_files(void)
{
	if (files[N_VECTOR_FILES - 1].bytes == NULL) {
		read_all();
	}
	return files;
}

size_t
vector_message(const uint8_t *p, size_t n)
{
	hzp_splitter s = {.max_bytes = 1 << 20};
	size_t whole;
	HZT_OK(hzp_split(&s, p, n, &whole));
	HZT_CHECK(whole > 0);
	return whole;
}
