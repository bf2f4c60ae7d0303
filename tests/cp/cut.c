// SPDX-License-Identifier: Apache-2.0
#include "tests/cp/cut.h"

#include <stdio.h>

hzt_proxy *cut_proxy;
hz_client *cut_client;
hz_client *cut_direct;

static hzt_cluster *members;
static hz_error err;

void
cut_start(void)
{
	char spec[128];
	if (members != NULL) {
		return;
	}
	cut_proxy = hzt_proxy_start();
	snprintf(spec, sizeof(spec), "1 %spublic=%s", rig_is_map() ? "" : "version=5.4.0 ",
			hzt_proxy_address(cut_proxy));
	members = hzt_cluster_start(spec);
	hzt_proxy_target(cut_proxy, hzt_cluster_direct(members, 0));
	cut_client = rig_client_of(hzt_proxy_address(cut_proxy),
			"connection-strategy.connection-retry.initial-backoff-millis", "10");
	cut_direct = rig_client_of(hzt_cluster_direct(members, 0), NULL, NULL);
}

void
cut_after(int64_t n)
{
	hzt_proxy_await_open(cut_proxy, 1, CUT_LONG_MS);
	hzt_proxy_cut_after(cut_proxy, HZT_TO_CLIENT, n, HZT_CUT_RESET);
}

void
cut_no_more(void)
{
	hzt_proxy_cut_after(cut_proxy, HZT_TO_CLIENT, -1, HZT_CUT_RESET);
}

void
cut_let_in(bool let_in)
{
	hzt_proxy_target(cut_proxy, let_in ? hzt_cluster_direct(members, 0) : NULL);
}

void
cut_wait_goes_on(void)
{
	hz_count_down_latch *latch = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false, zero = false, late = true;
	cut_start();
	HZT_OK_ERR(hz_count_down_latch_open(cut_client, name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(cut_direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 1, &done, &err), &err);
	hzt_proxy_await_open(cut_proxy, 1, CUT_LONG_MS);
	hz_future wait = hz_count_down_latch_try_await_async(latch, CUT_LONG_MS);
	hz_future short_wait = hz_count_down_latch_try_await_async(latch, 1000);
	HZT_EQ_INT(hzt_proxy_cut(cut_proxy, 0, HZT_CUT_RESET), 1);
	HZT_OK_ERR(hz_await_bool(short_wait, &late, &err), &err);
	HZT_CHECK(!late);
	HZT_OK_ERR(hz_count_down_latch_count_down(seen, &err), &err);
	HZT_OK_ERR(hz_await_bool(wait, &zero, &err), &err);
	HZT_CHECK(zero);
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

void
cut_ends_the_members(void)
{
	hz_client_destroy(&cut_client);
	hz_client_destroy(&cut_direct);
	hzt_cluster_end(&members);
	hzt_proxy_end(&cut_proxy);
	HZT_CHECK(members == NULL && cut_proxy == NULL);
}
