// SPDX-License-Identifier: Apache-2.0
//
// Connections that are cut between request and response: what is retried is done once, what is not
// retried says that it is in doubt. The client sees the member through a proxy that cuts after each
// number of bytes in turn; another one looks at the member itself.
#include "tests/cp/rig.h"
#include "tests/support/fault_proxy.h"

#include <stdio.h>

// A little more than the answers of both steps of counting down have, and the one of an addition.
#define TWO_ANSWERS 44
#define ONE_ANSWER 28
#define LONG_MS 60000

static hz_error err;
static hzt_cluster *members;
static hzt_proxy *proxy;
static hz_client *client, *direct;

static void
start(void)
{
	char spec[128];
	if (members != NULL) {
		return;
	}
	proxy = hzt_proxy_start();
	snprintf(spec, sizeof(spec), "1 version=5.4.0 public=%s", hzt_proxy_address(proxy));
	members = hzt_cluster_start(spec);
	hzt_proxy_target(proxy, hzt_cluster_direct(members, 0));
	client = rig_client_of(hzt_proxy_address(proxy),
			"connection-strategy.connection-retry.initial-backoff-millis", "10");
	direct = rig_client_of(hzt_cluster_direct(members, 0), NULL, NULL);
}

static void
cut_after(int64_t n)
{
	hzt_proxy_await_open(proxy, 1, LONG_MS);
	hzt_proxy_cut_after(proxy, HZT_TO_CLIENT, n, HZT_CUT_RESET);
}

static void
counted_down_once(void)
{
	hz_count_down_latch *latch = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false;
	int32_t left = 0;
	start();
	uint64_t before = hzt_proxy_accepted(proxy);
	HZT_OK_ERR(hz_count_down_latch_open(client, name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 2 * TWO_ANSWERS, &done, &err), &err);
	for (int32_t n = 0; n < TWO_ANSWERS; n++) {
		cut_after(n);
		HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
		hzt_proxy_cut_after(proxy, HZT_TO_CLIENT, -1, HZT_CUT_RESET);
		HZT_OK_ERR(hz_count_down_latch_get_count(seen, &left, &err), &err);
		HZT_EQ_INT(left, 2 * TWO_ANSWERS - 1 - n);
	}
	HZT_CHECK(hzt_proxy_accepted(proxy) >= before + 30);
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

// A wait goes on where it was, with the time that is left.
static void
waits_on(void)
{
	hz_count_down_latch *latch = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false, zero = false, late = true;
	start();
	HZT_OK_ERR(hz_count_down_latch_open(client, name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 1, &done, &err), &err);
	hzt_proxy_await_open(proxy, 1, LONG_MS);
	hz_future wait = hz_count_down_latch_try_await_async(latch, LONG_MS);
	hz_future short_wait = hz_count_down_latch_try_await_async(latch, 1000);
	HZT_EQ_INT(hzt_proxy_cut(proxy, 0, HZT_CUT_RESET), 1);
	HZT_OK_ERR(hz_await_bool(short_wait, &late, &err), &err);
	HZT_CHECK(!late);
	HZT_OK_ERR(hz_count_down_latch_count_down(seen, &err), &err);
	HZT_OK_ERR(hz_await_bool(wait, &zero, &err), &err);
	HZT_CHECK(zero);
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

static void
additions_in_doubt(void)
{
	hz_atomic_long *number = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t sum = 0, ok = 0, doubt = 0;
	start();
	HZT_OK_ERR(hz_atomic_long_open(client, name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(direct, name, NULL, &seen, &err), &err);
	for (int64_t n = 0; n < ONE_ANSWER; n++) {
		cut_after(n);
		hz_err e = hz_atomic_long_add_and_get(number, 1, NULL, &err);
		hzt_proxy_cut_after(proxy, HZT_TO_CLIENT, -1, HZT_CUT_RESET);
		HZT_CHECK(e == HZ_OK || (e == HZ_ERR_DISCONNECTED && err.in_doubt));
		ok += e == HZ_OK;
		doubt += e != HZ_OK;
		HZT_OK_ERR(hz_atomic_long_get(seen, &sum, &err), &err);
		HZT_CHECK(sum >= ok && sum <= ok + doubt);
	}
	HZT_CHECK(doubt > 0);
	hz_atomic_long_close(&number);
	HZT_OK_ERR(hz_atomic_long_destroy(&seen, &err), &err);
}

static void
ends_the_members(void)
{
	hz_client_destroy(&client);
	hz_client_destroy(&direct);
	hzt_cluster_end(&members);
	hzt_proxy_end(&proxy);
	HZT_CHECK(members == NULL && proxy == NULL);
}

static const hzt_case cases[] = {
		{"counted_down_once", counted_down_once},
		{"waits_on", waits_on},
		{"additions_in_doubt", additions_in_doubt},
		{"ends_the_members", ends_the_members},
};

HZT_MAIN("cp_cut", cases)
