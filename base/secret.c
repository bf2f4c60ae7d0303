// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// In front of the text: what there is to give back.
typedef struct secret_head {
	size_t bytes;
} secret_head;

char *
hzi_secret_new(const char *text, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	if (n > SIZE_MAX / 2) {
		return NULL;
	}
	size_t bytes = (sizeof(secret_head) + n + page) / page * page;
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED) {
		return NULL;
	}
	// Advice that the system does not follow costs no more than what it was for.
	(void)madvise(at, bytes, MADV_DONTDUMP);
	((secret_head *)at)->bytes = bytes;
	char *copy = (char *)at + sizeof(secret_head);
	memcpy(copy, text, n); // the page's zeros end it
	return copy;
}

void
hzi_secret_free(char *secret)
{
	if (secret == NULL) {
		return;
	}
	void *at = secret - sizeof(secret_head);
	size_t bytes = ((secret_head *)at)->bytes;
	explicit_bzero(at, bytes);
	(void)munmap(at, bytes);
}
