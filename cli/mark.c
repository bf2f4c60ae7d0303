// SPDX-License-Identifier: Apache-2.0
#include "cli/mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
mark_write(char *mark, char *value, size_t size, const char *key, int thread, int64_t number)
{
	int n = snprintf(mark, MARK_MAX, "%s/%d/%lld", key, thread, (long long)number);
	size_t length = n < 0 ? 0 : n < MARK_MAX ? (size_t)n : MARK_MAX - 1;
	memcpy(value, mark, length);
	for (; length < size; length++) {
		value[length] = '.';
	}
	value[length] = '\0';
}

// The three parts, and then nothing but dots.
bool
mark_read(char *mark, const char *value, size_t n, const char *key)
{
	size_t head = strlen(key);
	size_t length = 0;
	int slashes = 0;
	while (length < n && value[length] != '.' && length < MARK_MAX - 1) {
		slashes += value[length++] == '/';
	}
	bool good = slashes >= 2 && length > head && memcmp(value, key, head) == 0 &&
			value[head] == '/';
	for (size_t i = length; i < n && good; i++) {
		good = value[i] == '.';
	}
	memcpy(mark, value, length);
	mark[length] = '\0';
	return good;
}

int64_t
mark_number(const char *mark)
{
	const char *slash = strrchr(mark, '/');
	char *end = NULL;
	long long number = slash != NULL ? strtoll(slash + 1, &end, 10) : -1;
	return slash != NULL && end != slash + 1 ? number : -1;
}
