// SPDX-License-Identifier: Apache-2.0
//
// The names that a client has opened: one entry for each, however many there are, and an end to it.
#include "proxies/names.h"
#include "tests/scripted/bench.h"

#include <stdio.h>

#define A_SERVICE "hz:impl:mapService"
#define ANOTHER_SERVICE "hz:impl:queueService"

enum { A_MILLION = 1000000 };

static const char *const alone[] = {"connection-strategy.async-start", "true", NULL};

// A client that has nobody to tell names to.
static void
start_alone(bench *b)
{
	bench_members(b, 0, NULL, alone);
	HZT_OK(hz_config_set(b->config, "network.cluster-members", "127.0.0.1:1", NULL));
	HZT_OK(hz_client_new(b->config, &b->client, NULL));
}

static hzi_name *
intern(const bench *b, const char *service, const char *text)
{
	hz_error err;
	hzi_name *name = NULL;
	HZT_OK_ERR(hzi_names_intern(b->client, service, text, &name, &err), &err);
	return name;
}

static void
one_entry_for_each(void)
{
	bench b;
	start_alone(&b);
	hzi_name *name = intern(&b, A_SERVICE, "one");
	HZT_CHECK(intern(&b, A_SERVICE, "one") == name);
	HZT_CHECK(intern(&b, ANOTHER_SERVICE, "one") != name);
	HZT_CHECK(hzi_names_find(b.client, A_SERVICE, "one") == name);
	HZT_CHECK(hzi_names_find(b.client, A_SERVICE, "two") == NULL);
	HZT_EQ_STR(name->text, "one");
	bench_close(&b);
}

// A program that makes up names for ever is told so, instead of growing for ever; what was opened
// stays.
static void
a_million_and_no_more(void)
{
	bench b;
	hz_error err;
	hzi_name *name = NULL;
	char text[32];
	start_alone(&b);
	for (int i = 0; i < A_MILLION; i++) {
		snprintf(text, sizeof(text), "name-%d", i);
		intern(&b, A_SERVICE, text);
	}
	HZT_EQ_INT(hzi_names_intern(b.client, A_SERVICE, "one more", &name, &err), HZ_ERR_LIMIT);
	HZT_CHECK(name == NULL);
	HZT_CHECK(err.message[0] != '\0');
	HZT_CHECK(hzi_names_find(b.client, A_SERVICE, "one more") == NULL);
	for (int i = 0; i < A_MILLION; i += 999) {
		snprintf(text, sizeof(text), "name-%d", i);
		HZT_EQ_STR(intern(&b, A_SERVICE, text)->text, text);
	}
	bench_close(&b);
}

static const hzt_case cases[] = {
		{"one_entry_for_each", one_entry_for_each},
		{"a_million_and_no_more", a_million_and_no_more},
};

HZT_MAIN("names", cases)
