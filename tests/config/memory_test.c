// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of the configuration fails once: the answer is HZ_ERR_MEMORY, nothing has
// changed and nothing leaks. The linker puts the functions below in front of the C library's.
#include "core/config.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);

// Allocations until the one that fails; 0: none does.
static int fuse;

static bool
burns(void)
{
	return fuse > 0 && --fuse == 0;
}

void *
__wrap_malloc(size_t size)
{
	return burns() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return burns() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return burns() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return burns() ? NULL : __real_strndup(text, size);
}

// Calls attempt with each allocation failing in turn until it gets through; returns how many
// failed.
static int
burn_all(hz_err (*attempt)(void *ctx), void *ctx)
{
	int failed = 0;
	for (;;) {
		fuse = failed + 1;
		hz_err e = attempt(ctx);
		fuse = 0;
		if (e == HZ_OK) {
			return failed;
		}
		HZT_EQ_INT(e, HZ_ERR_MEMORY);
		HZT_CHECK(++failed < 1000);
	}
}

static hz_err
make(void *ctx)
{
	(void)ctx;
	hz_config *config = NULL;
	hz_error err = {0};
	hz_err e = hz_config_new(&config, &err);
	HZT_CHECK((config != NULL) == (e == HZ_OK));
	HZT_EQ_INT(err.code, e);
	hz_config_destroy(&config);
	return e;
}

static void
new_fails_clean(void)
{
	HZT_CHECK(burn_all(make, NULL) >= 3);
}

static hz_err
relabel(void *ctx)
{
	hz_config *config = ctx;
	hz_err e = hz_config_set(config, "client-labels", "x,y,z", NULL);
	HZT_EQ_INT(config->labels.count, e == HZ_OK ? 3 : 2);
	HZT_EQ_STR(config->labels.items[0], e == HZ_OK ? "x" : "a");
	return e;
}

static hz_err
rename_cluster(void *ctx)
{
	hz_config *config = ctx;
	hz_err e = hz_config_set(config, "cluster-name", "orders", NULL);
	HZT_EQ_STR(config->cluster_name, e == HZ_OK ? "orders" : "dev");
	return e;
}

static void
set_fails_without_a_trace(void)
{
	hz_config *config = NULL;
	HZT_OK(hz_config_new(&config, NULL));
	HZT_OK(hz_config_set(config, "client-labels", "a,b", NULL));
	HZT_EQ_INT(burn_all(relabel, config), 4);
	HZT_EQ_INT(burn_all(rename_cluster, config), 1);
	hz_config_destroy(&config);
}

static hz_err
copy(void *ctx)
{
	hz_config *twin = NULL;
	hz_err e = hzi_config_copy(ctx, &twin);
	HZT_CHECK((twin != NULL) == (e == HZ_OK));
	hz_config_destroy(&twin);
	return e;
}

static void
copy_fails_clean(void)
{
	hz_config *config = NULL;
	HZT_OK(hz_config_new(&config, NULL));
	HZT_OK(hz_config_set(config, "client-labels", "a,b", NULL));
	HZT_OK(hz_config_set(config, "instance-name", "me", NULL));
	// The struct, two names, and two lists with three items.
	HZT_EQ_INT(burn_all(copy, config), 1 + 2 + 2 + 3);
	HZT_EQ_STR(config->labels.items[1], "b");
	hz_config_destroy(&config);
}

static const hzt_case cases[] = {
		{"new_fails_clean", new_fails_clean},
		{"set_fails_without_a_trace", set_fails_without_a_trace},
		{"copy_fails_clean", copy_fails_clean},
};

HZT_MAIN("config_memory", cases)
