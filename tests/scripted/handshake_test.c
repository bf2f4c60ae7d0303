// SPDX-License-Identifier: Apache-2.0
//
// Members that do not let a client in, or in strange ways. A client that cannot start says why,
// within its time, and leaves nothing behind.
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTH HZP_CLIENT_AUTHENTICATION_REQUEST.id
#define LATE_MS INT64_C(4000)

static const char *const brief[] = {
		"connection-strategy.connection-retry.cluster-connect-timeout-millis",
		"300",
		"network.connection-timeout",
		"200",
		NULL,
};

typedef hzp_client_authentication_response auth_response;

typedef struct script {
	const char *name;
	hzt_rule rule;
	const void *ctx;
	hz_err want;
} script;

// ---- Answers ----

static void
with_record(hzt_request *request, void (*spoil)(auth_response *record))
{
	hzp_address address = {.present = true, .host = hzp_str("127.0.0.1"), .port = 5701};
	auth_response record = {.address = address,
			.server_hazelcast_version = hzp_str("5.7.0"),
			.member_uuid = {1, 1},
			.cluster_id = {2, 2},
			.partition_count = 271,
			.serialization_version = 1};
	spoil(&record);
	hzt_reply(request, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &record);
}

#define SPOILED(name, change)                                                                      \
	static void spoil_##name(auth_response *r)                                                 \
	{                                                                                          \
		change;                                                                            \
	}                                                                                          \
	static void name(void *ctx, hzt_request *request)                                          \
	{                                                                                          \
		(void)ctx;                                                                         \
		with_record(request, spoil_##name);                                                \
	}

SPOILED(status_1, r->status = 1)
SPOILED(status_2, r->status = 2)
SPOILED(status_3, r->status = 3)
SPOILED(status_77, r->status = 77)
SPOILED(no_uuid, r->member_uuid = ((hz_uuid){0, 0}))
SPOILED(no_cluster, r->cluster_id = ((hz_uuid){0, 0}))
SPOILED(no_partitions, r->partition_count = 0)
SPOILED(negative_partitions, r->partition_count = -1)
SPOILED(too_many_partitions, r->partition_count = INT32_MAX)
SPOILED(strange_port, r->address.port = 1 << 20)

static void
of_type(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	hzi_store_le32(out.data + HZP_AT_TYPE, *(const uint32_t *)ctx);
	hzt_reply_bytes(request, out.data, out.len);
	hzi_buf_clear(&out);
}

static void
of_length(void *ctx, hzt_request *request)
{
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	hzi_store_le32(out.data, *(const uint32_t *)ctx);
	hzt_reply_bytes(request, out.data, out.len);
	hzi_buf_clear(&out);
}

static void
bytes(void *ctx, hzt_request *request)
{
	hzt_reply_bytes(request, ctx, strlen(ctx));
}

static void
closed(void *ctx, hzt_request *request)
{
	hzt_close(request, *(const hzt_end *)ctx);
}

#define U32(n) (&(const uint32_t){n})
#define END_BY(how) (&(const hzt_end){how})
#define ERROR(code) (&(const hzt_error_answer){code, "x.Y", "as the script says"})

static const script scripts[] = {
		{"status_1", status_1, NULL, HZ_ERR_AUTHENTICATION},
		{"status_2", status_2, NULL, HZ_ERR_OFFLINE},
		{"status_3", status_3, NULL, HZ_ERR_NOT_ALLOWED},
		{"status_77", status_77, NULL, HZ_ERR_OFFLINE},
		{"no_uuid", no_uuid, NULL, HZ_ERR_OFFLINE},
		{"no_cluster", no_cluster, NULL, HZ_ERR_OFFLINE},
		{"no_partitions", no_partitions, NULL, HZ_ERR_OFFLINE},
		{"negative_partitions", negative_partitions, NULL, HZ_ERR_OFFLINE},
		{"too_many_partitions", too_many_partitions, NULL, HZ_ERR_OFFLINE},
		{"strange_port", strange_port, NULL, HZ_ERR_OFFLINE},
		{"other_type", of_type, U32(0x000301), HZ_ERR_OFFLINE},
		{"length_0", of_length, U32(0), HZ_ERR_OFFLINE},
		{"length_5", of_length, U32(5), HZ_ERR_OFFLINE},
		{"length_minus_1", of_length, U32(UINT32_MAX), HZ_ERR_OFFLINE},
		{"length_int_max", of_length, U32(0x7fffffff), HZ_ERR_OFFLINE},
		{"http", bytes, "HTTP/1.1 400 Bad Request\r\n\r\n", HZ_ERR_OFFLINE},
		{"tls_alert", bytes, "\x15\x03\x01", HZ_ERR_OFFLINE},
		{"silence", hzt_silent, NULL, HZ_ERR_OFFLINE},
		{"closed", closed, END_BY(HZT_CLOSE), HZ_ERR_OFFLINE},
		{"reset", closed, END_BY(HZT_RESET), HZ_ERR_OFFLINE},
		{"half_closed", closed, END_BY(HZT_HALF), HZ_ERR_OFFLINE},
		{"error_not_active", hzt_failing, ERROR(19), HZ_ERR_OFFLINE},
		{"error_authentication", hzt_failing, ERROR(3), HZ_ERR_AUTHENTICATION},
		{"error_unknown", hzt_failing, ERROR(4242), HZ_ERR_OFFLINE},
};

static void
run_script(const script *s)
{
	bench b;
	hz_error err = {0};
	// A refusal is the end, whatever time is left.
	bench_members(&b, 1, NULL, s->want == HZ_ERR_OFFLINE ? brief : NULL);
	int threads = bench_threads();
	int descriptors = bench_descriptors();
	hzt_scripted_on(b.member[0], AUTH, 0, s->rule, (void *)s->ctx);
	int64_t start = hzt_now_ms();
	hz_err e = hz_client_new(b.config, &b.client, &err);
	HZT_EQ_STR(hz_err_name(e), hz_err_name(s->want));
	HZT_EQ_INT(err.code, e);
	HZT_CHECK(err.message[0] != '\0');
	HZT_CHECK(b.client == NULL);
	HZT_CHECK(hzt_now_ms() - start < LATE_MS * hzt_slowness());
	bench_await_threads(threads);
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	hzt_scripted_await_open(b.member[0], 0, PATIENCE_MS);
	HZT_CHECK(bench_descriptors() <= descriptors);
	// Once the member behaves, the same configuration works.
	hzt_scripted_on(b.member[0], AUTH, 0, NULL, NULL);
	bench_connect(&b);
	bench_end(&b);
}

static void
refused(void)
{
	const char *only = getenv("SCRIPT");
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (only == NULL || strcmp(only, scripts[i].name) == 0) {
			printf("  %s\n", scripts[i].name);
			run_script(&scripts[i]);
		}
	}
}

// ---- Ends in the handshake ----

typedef struct cut {
	size_t at;
	size_t size;
	hzt_end how;
} cut;

static void
cut_answer(void *ctx, hzt_request *request)
{
	cut *c = ctx;
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	c->size = out.len;
	hzt_reply_bytes(request, out.data, c->at);
	hzt_close(request, c->how);
	hzi_buf_clear(&out);
}

// The connection ends at each byte of the answer, then the next one works.
static void
cut_in_answer(void)
{
	bench b;
	cut c = {.size = 1};
	for (c.at = 0; c.at < c.size; c.at += c.at < 80 ? 1 : 37) {
		c.how = (hzt_end)(c.at % 3);
		bench_members(&b, 1, NULL, NULL);
		hzt_scripted_on(b.member[0], AUTH, 1, cut_answer, &c);
		bench_connect(&b);
		HZT_EQ_INT(hzt_scripted_count(b.member[0], AUTH), 2);
		bench_close(&b);
	}
	HZT_CHECK(c.size > 100);
}

// The same at each byte of the request: from the accept on.
static void
cut_in_request(void)
{
	bench b;
	for (int64_t at = 0; at < 90; at++) {
		bench_members(&b, 1, NULL, NULL);
		hzt_scripted_cut_new_after(b.member[0], at, at % 2 == 0 ? HZT_CLOSE : HZT_RESET);
		HZT_OK(hz_config_set(b.config, "connection-strategy.async-start", "true", NULL));
		HZT_OK(hz_client_new(b.config, &b.client, NULL));
		while (hzt_scripted_accepted(b.member[0]) < 2) {
			HZT_CHECK(!hz_client_connected(b.client));
		}
		hzt_scripted_cut_new_after(b.member[0], -1, HZT_CLOSE);
		bench_await_connections(&b, 1);
		HZT_OK(hz_map_open(b.client, "m", NULL, &b.map, NULL));
		bench_end(&b);
	}
}

// ---- Set-up after the authentication ----

static const struct {
	hzt_rule rule;
	const void *ctx;
} faults[] = {
		{hzt_silent, NULL},
		{closed, END_BY(HZT_CLOSE)},
		{hzt_failing, ERROR(61)},
		{of_type, U32(0x010201)},
		{of_length, U32(3)},
};

// The view listener or the backup listener is refused, answered wrongly, not answered: the
// connection is given up and another one tried.
static void
set_up_spoiled(void)
{
	static const char *const settings[] = {
			"hazelcast.client.heartbeat.interval",
			"50",
			"hazelcast.client.heartbeat.timeout",
			"300",
			NULL,
	};
	const uint32_t types[] = {HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id,
			HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id};
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < sizeof(faults) / sizeof(faults[0]); j++) {
			bench b;
			printf("  fault %zu of request %x\n", j, types[i]);
			bench_members(&b, 1, NULL, settings);
			hzt_scripted_on(b.member[0], types[i], 1, faults[j].rule,
					(void *)faults[j].ctx);
			bench_connect(&b);
			HZT_EQ_INT(hzt_scripted_accepted(b.member[0]), 2);
			bench_end(&b);
		}
	}
}

// ---- Forms ----

static void
older_forms(void)
{
	static const hzt_form forms[] = {HZT_FORM_2_8, HZT_FORM_2_7, HZT_FORM_2_0};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		hzt_scripted_options options = {.form = forms[i], .partitions = 17};
		bench b;
		bench_members(&b, 2, &options, NULL);
		bench_connect(&b);
		bench_await_connections(&b, 2);
		HZT_EQ_INT(hz_client_partition_count(b.client), 17);
		bench_end(&b);
	}
}

static void
other_cluster_name(void)
{
	hzt_scripted_options options = {.cluster_name = "prod"};
	bench b;
	hz_error err = {0};
	bench_members(&b, 2, &options, NULL);
	int64_t start = hzt_now_ms();
	// All refuse: there is no use in asking again.
	HZT_EQ_INT(hz_client_new(b.config, &b.client, &err), HZ_ERR_AUTHENTICATION);
	HZT_CHECK(hzt_now_ms() - start < LATE_MS * hzt_slowness());
	HZT_OK(hz_config_set(b.config, "cluster-name", "prod", NULL));
	bench_connect(&b);
	bench_end(&b);
}

// One port leads to a member that refuses, another one to nobody, the third one to the cluster.
static void
one_of_three(void)
{
	hzt_scripted_options other = {.cluster_name = "other"};
	hzt_scripted *stranger = hzt_scripted_start(&other);
	char addresses[256];
	bench b;
	bench_members(&b, 1, NULL, NULL);
	snprintf(addresses, sizeof(addresses), "127.0.0.1:1,%s,%s", hzt_scripted_address(stranger),
			hzt_scripted_address(b.member[0]));
	HZT_OK(hz_config_set(b.config, "network.cluster-members", addresses, NULL));
	for (int i = 0; i < 10; i++) {
		bench_connect(&b);
		HZT_OK(bench_set(&b, 1, 1, NULL));
		hz_map_close(&b.map);
		hz_queue_close(&b.queue);
		hz_client_destroy(&b.client);
	}
	hzt_scripted_end(&stranger);
	bench_close(&b);
}

// A member that is still starting says so for a while.
static void
starting_member(void)
{
	bench b;
	bench_members(&b, 1, NULL, NULL);
	hzt_scripted_on(b.member[0], AUTH, 5, hzt_failing, (void *)ERROR(19));
	bench_connect(&b);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], AUTH), 6);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"refused", refused},
		{"cut_in_answer", cut_in_answer},
		{"cut_in_request", cut_in_request},
		{"set_up_spoiled", set_up_spoiled},
		{"older_forms", older_forms},
		{"other_cluster_name", other_cluster_name},
		{"one_of_three", one_of_three},
		{"starting_member", starting_member},
};

HZT_MAIN("handshake", cases)
