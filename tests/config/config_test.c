// SPDX-License-Identifier: Apache-2.0
//
// The configuration through its public functions, one pass over the table for what holds for every
// key, and by name what holds for one.
#include "core/config.h"

#include "core/config_table.h"
#include "tests/support/suite.h"

#include <hazelcast/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hz_config *
new_config(void)
{
	hz_config *config = NULL;
	hz_error err = {0};
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	return config;
}

static void
expect(const hz_config *config, const char *key, const char *want)
{
	char buf[4096];
	hz_error err = {0};
	HZT_OK_ERR(hz_config_get(config, key, buf, sizeof(buf), NULL, &err), &err);
	HZT_EQ_STR(buf, want);
}

static void
set(hz_config *config, const char *key, const char *value)
{
	hz_error err = {0};
	HZT_OK_ERR(hz_config_set(config, key, value, &err), &err);
}

// The value is refused with a message that has `why` in it, and the setting stays.
static void
refused(hz_config *config, const char *key, const char *value, const char *why)
{
	char before[4096];
	char after[4096];
	hz_error err = {0};
	HZT_OK(hz_config_get(config, key, before, sizeof(before), NULL, NULL));
	HZT_EQ_INT(hz_config_set(config, key, value, &err), HZ_ERR_CONFIG);
	HZT_EQ_INT(err.code, HZ_ERR_CONFIG);
	if (strstr(err.message, why) == NULL || strstr(err.message, "\n") != NULL) {
		fprintf(stderr, "%s = %.40s: %s (wanted: %s)\n", key, value, err.message, why);
		HZT_FAIL("the message says why, in one line");
	}
	HZT_OK(hz_config_get(config, key, after, sizeof(after), NULL, NULL));
	HZT_EQ_STR(after, before);
}

static void
defaults(void)
{
	hz_config *config = new_config();
	HZT_EQ_STR(config->cluster_name, "dev");
	HZT_CHECK(config->instance_name == NULL);
	HZT_EQ_INT(config->labels.count, 0);
	HZT_EQ_INT(config->members.count, 1);
	HZT_EQ_STR(config->members.items[0], "127.0.0.1");
	HZT_CHECK(config->backup_ack && config->shuffle_members && config->big_endian);
	HZT_CHECK(config->tcp_no_delay && config->keep_alive && config->reuse_address);
	HZT_CHECK(!config->redo_operation && !config->use_public_ip && !config->async_start);
	HZT_CHECK(!config->fail_on_indeterminate);
	HZT_EQ_INT(config->routing, HZI_ROUTING_ALL);
	HZT_EQ_INT(config->reconnect_mode, HZI_RECONNECT_ON);
	HZT_EQ_INT(config->load_balancer, HZI_LB_ROUND_ROBIN);
	HZT_EQ_INT(config->connection_timeout_ms, 5000);
	HZT_EQ_INT(config->linger_seconds, 3);
	HZT_EQ_INT(config->buffer_kb, 128);
	HZT_EQ_INT(config->initial_backoff_ms, 1000);
	HZT_EQ_INT(config->max_backoff_ms, 30000);
	HZT_CHECK(config->backoff_multiplier == 1.05 && config->backoff_jitter == 0.0);
	HZT_EQ_INT(config->cluster_connect_timeout_ms, -1);
	HZT_EQ_INT(config->heartbeat_interval_ms, 5000);
	HZT_EQ_INT(config->heartbeat_timeout_ms, 60000);
	HZT_EQ_INT(config->invocation_timeout_ms, 120000);
	HZT_EQ_INT(config->invocation_retry_pause_ms, 1000);
	HZT_EQ_INT(config->backup_timeout_ms, 5000);
	HZT_EQ_INT(config->max_concurrent_invocations, 65536);
	HZT_EQ_INT(config->max_parked_invocations, 1000000);
	HZT_EQ_INT(config->worker_threads, 2);
	HZT_EQ_INT(config->dispatch_threads, 1);
	HZT_EQ_INT(config->listener_queue_bytes, 16 << 20);
	HZT_EQ_INT(config->listener_queue_events, 100000);
	HZT_EQ_INT(config->max_message_bytes, 512 << 20);
	HZT_EQ_INT(config->shutdown_timeout_ms, 5000);
	HZT_CHECK(config->log.fn == NULL && config->late_item.fn == NULL);
	HZT_OK(hzi_config_check(config, NULL));
	hz_config_destroy(&config);
	HZT_CHECK(config == NULL);
	hz_config_destroy(&config);
	hz_config_destroy(NULL);
}

// A field of the wrong width would be written past its end.
static void
rows_fit_their_fields(void)
{
	static const size_t sizes[][2] = {
			[HZI_CONFIG_STRING] = {sizeof(char *), 0},
			[HZI_CONFIG_PEM] = {sizeof(char *), 0},
			[HZI_CONFIG_SECRET] = {sizeof(char *), 0},
			[HZI_CONFIG_LIST] = {sizeof(hzi_strings), 0},
			[HZI_CONFIG_ADDRESSES] = {sizeof(hzi_strings), 0},
			[HZI_CONFIG_BOOL] = {sizeof(bool), sizeof(hzi_routing_mode)},
			[HZI_CONFIG_CHOICE] = {sizeof(bool), sizeof(hzi_routing_mode)},
			[HZI_CONFIG_INTEGER] = {sizeof(int32_t), sizeof(int64_t)},
			[HZI_CONFIG_MILLIS] = {sizeof(int64_t), 0},
			[HZI_CONFIG_SECONDS] = {sizeof(int64_t), 0},
			[HZI_CONFIG_NUMBER] = {sizeof(double), 0},
	};
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		HZT_CHECK(row->size == sizes[row->kind][0] || row->size == sizes[row->kind][1]);
		HZT_CHECK(row->offset + row->size <= sizeof(hz_config));
		// What an int32_t cannot hold must be out of range.
		HZT_CHECK(row->kind != HZI_CONFIG_INTEGER || row->size == sizeof(int64_t) ||
				row->max <= INT32_MAX);
	}
}

static void
keys_are_listed(void)
{
	hz_config *config = new_config();
	size_t count = hz_config_key_count();
	HZT_CHECK(count >= 40);
	HZT_CHECK(hz_config_key_at(count) == NULL);
	HZT_CHECK(hz_config_key_at(SIZE_MAX) == NULL);
	for (size_t i = 0; i < count; i++) {
		const hz_config_key *key = hz_config_key_at(i);
		HZT_CHECK(key != NULL && key->name[0] != '\0' && key->kind[0] != '\0');
		HZT_CHECK(key->since[0] != '\0' && key->text[strlen(key->text) - 1] == '.');
		for (size_t j = 0; j < i; j++) {
			HZT_CHECK(strcmp(hz_config_key_at(j)->name, key->name) != 0);
		}
		// An alias's default is its own form of the original's.
		expect(config, key->name, key->default_value);
		// What is shown is accepted again.
		set(config, key->name, key->default_value);
		expect(config, key->name, key->default_value);
	}
	hz_config_destroy(&config);
}

// Every number: both ends of its range are taken, and what lies just outside is refused with the
// range in the message.
static void
numbers_have_ranges(void)
{
	hz_config *config = new_config();
	int numbers = 0;
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		const char *name = row->key.name;
		if (row->kind < HZI_CONFIG_INTEGER) {
			continue;
		}
		numbers++;
		char outside[40];
		char range[80];
		(void)snprintf(range, sizeof(range), "%s to %s", row->key.min, row->key.max);
		set(config, name, row->key.min);
		expect(config, name, row->key.min);
		set(config, name, row->key.max);
		expect(config, name, row->key.max);
		(void)snprintf(outside, sizeof(outside), "%lld",
				strtoll(row->key.max, NULL, 10) + 1);
		refused(config, name, outside, range);
		(void)snprintf(outside, sizeof(outside), "%lld",
				strtoll(row->key.min, NULL, 10) - 1);
		refused(config, name, outside, range);
	}
	HZT_CHECK(numbers >= 20);
	hz_config_destroy(&config);
}

static void
numbers_refuse_garbage(void)
{
	static const char *const garbage[] = {
			"",
			" ",
			"-",
			"+",
			"x",
			"12x",
			"1 2",
			"0x10",
			"1e3",
			"1_000",
			"1,5",
			"--1",
			"9223372036854775808",
			"-9223372036854775809",
			"99999999999999999999999999",
			"\n",
			"nan",
			"inf",
			".",
			"1.",
			".5",
			"1..5",
			"5ms",
			"\xff",
			"true",
	};
	hz_config *config = new_config();
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		for (size_t j = 0; row->kind >= HZI_CONFIG_INTEGER &&
				j < sizeof(garbage) / sizeof(garbage[0]);
				j++) {
			refused(config, row->key.name, garbage[j], row->key.name);
		}
	}
	refused(config, "network.connection-timeout", "1.5", "is not a whole number");
	hz_config_destroy(&config);
}

// Every choice: each of its names is taken, in any case and with spaces around it, and comes back
// as the table spells it.
static void
choices_are_taken(void)
{
	hz_config *config = new_config();
	int names = 0;
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		const char *at = row->key.choices;
		while (*at != '\0') {
			char name[64];
			char odd[72];
			size_t size = strcspn(at, "|");
			(void)snprintf(name, sizeof(name), "%.*s", (int)size, at);
			(void)snprintf(odd, sizeof(odd), " %s\n", name);
			for (char *c = odd; *c != '\0'; c++) {
				*c = *c == '-'                           ? '_'
						: *c >= 'a' && *c <= 'z' ? (char)(*c - 32)
									 : *c;
			}
			set(config, row->key.name, odd);
			expect(config, row->key.name, name);
			at += size + (at[size] == '|' ? 1 : 0);
			names++;
		}
		if (row->key.choices[0] != '\0') {
			refused(config, row->key.name, "perhaps", row->key.choices);
			refused(config, row->key.name, "", row->key.choices);
			refused(config, row->key.name, "true|false", row->key.choices);
		}
	}
	HZT_CHECK(names >= 24);
	hz_config_destroy(&config);
}

static void
fields_are_set(void)
{
	hz_config *config = new_config();
	set(config, "network.redo-operation", "true");
	set(config, "network.cluster-routing.mode", "SINGLE_MEMBER");
	set(config, "connection-strategy.reconnect-mode", "async");
	set(config, "load-balancer.type", "RANDOM");
	set(config, "serialization.byte-order", "little_endian");
	set(config, "connection-strategy.connection-retry.jitter", " 0.25 ");
	set(config, "connection-strategy.connection-retry.multiplier", "1.333");
	set(config, "connection-strategy.connection-retry.cluster-connect-timeout-millis", "+7");
	set(config, "network.socket-options.linger-seconds", "-1");
	set(config, "properties.hazelcast.client.invocation.timeout.seconds", "7");
	HZT_CHECK(config->redo_operation && !config->big_endian);
	HZT_EQ_INT(config->routing, HZI_ROUTING_SINGLE);
	HZT_EQ_INT(config->reconnect_mode, HZI_RECONNECT_ASYNC);
	HZT_EQ_INT(config->load_balancer, HZI_LB_RANDOM);
	HZT_CHECK(config->backoff_jitter == 0.25 && config->backoff_multiplier == 1.333);
	HZT_EQ_INT(config->cluster_connect_timeout_ms, 7);
	HZT_EQ_INT(config->linger_seconds, -1);
	HZT_EQ_INT(config->invocation_timeout_ms, 7000);
	expect(config, "connection-strategy.connection-retry.jitter", "0.25");
	expect(config, "connection-strategy.connection-retry.multiplier", "1.333");
	expect(config, "properties.hazelcast.client.invocation.timeout.seconds", "7");
	hz_config_destroy(&config);
}

static void
aliases_are_the_same_setting(void)
{
	hz_config *config = new_config();
	set(config, "network.smart-routing", "false");
	HZT_EQ_INT(config->routing, HZI_ROUTING_SINGLE);
	expect(config, "network.cluster-routing.mode", "SINGLE_MEMBER");
	set(config, "network.cluster-routing.mode", "ALL_MEMBERS");
	expect(config, "network.smart-routing", "true");
	set(config, "backup-ack-to-client", "false");
	expect(config, "backup-ack-to-client-enabled", "false");
	set(config, "hazelcast.client.heartbeat.interval", "123");
	expect(config, "properties.hazelcast.client.heartbeat.interval", "123");
	expect(config, "hazelcast.client.heartbeat.interval", "123");

	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		if (!hzi_config_row_is_alias(row)) {
			continue;
		}
		const hzi_config_row *of = hzi_config_row_find(row->key.alias_of);
		HZT_CHECK(of != NULL && of->offset == row->offset && of->size == row->size);
		HZT_CHECK(!hzi_config_row_is_alias(of));
	}
	hz_config_destroy(&config);
}

static void
strings_are_checked(void)
{
	hz_config *config = new_config();
	char longest[257];
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	set(config, "cluster-name", longest);
	HZT_EQ_STR(config->cluster_name, longest);
	longest[255] = 'x';
	longest[256] = '\0';
	refused(config, "cluster-name", longest, "1 to 255 bytes");
	refused(config, "cluster-name", "", "1 to 255 bytes");
	set(config, "cluster-name", "Grüße 東京 \xf0\x9f\x90\x9d");
	refused(config, "cluster-name", "a\nb", "control");
	refused(config, "cluster-name", "a\x7f", "control");
	refused(config, "cluster-name", "\xc3", "UTF-8");
	refused(config, "cluster-name", "\xc0\xaf", "UTF-8");
	refused(config, "cluster-name", "\xe0\x80\xaf", "UTF-8");
	refused(config, "cluster-name", "\xed\xa0\x80", "UTF-8");
	refused(config, "cluster-name", "\xf4\x90\x80\x80", "UTF-8");
	refused(config, "cluster-name", "\xf8\x88\x80\x80\x80", "UTF-8");
	refused(config, "cluster-name", "\xc2\x85", "UTF-8");
	set(config, "instance-name", "me");
	HZT_EQ_STR(config->instance_name, "me");
	set(config, "instance-name", "");
	HZT_CHECK(config->instance_name == NULL);
	hz_config_destroy(&config);
}

static void
lists_are_checked(void)
{
	hz_config *config = new_config();
	set(config, "client-labels", " a , b b,c ");
	HZT_EQ_INT(config->labels.count, 3);
	HZT_EQ_STR(config->labels.items[1], "b b");
	expect(config, "client-labels", "a,b b,c");
	refused(config, "client-labels", "a,,b", "comma");
	refused(config, "client-labels", "a,", "comma");
	refused(config, "client-labels", ",", "comma");
	refused(config, "client-labels", "a,\x01", "control");
	set(config, "client-labels", "  ");
	HZT_EQ_INT(config->labels.count, 0);
	HZT_CHECK(config->labels.items == NULL);

	set(config, "network.cluster-members", "one, two:5702,[::1]:5703,::1");
	expect(config, "network.cluster-members", "one,two:5702,[::1]:5703,::1");
	refused(config, "network.cluster-members", "", "1 to 1024 items");
	refused(config, "network.cluster-members", "one,two:0", "two:0");
	refused(config, "network.cluster-members", "one,two:70000", "1 to 65535");
	refused(config, "network.cluster-members", "a b", "a b");

	// 1024 items fit, 1025 do not.
	char many[1025 * 2 + 1];
	for (size_t i = 0; i < 1025; i++) {
		memcpy(many + 2 * i, "h,", 2);
	}
	many[1025 * 2 - 1] = '\0';
	refused(config, "network.cluster-members", many, "1 to 1024 items");
	many[1024 * 2 - 1] = '\0';
	set(config, "network.cluster-members", many);
	HZT_EQ_INT(config->members.count, 1024);
	hz_config_destroy(&config);
}

static void
unknown(hz_config *config, const char *key, const char *want)
{
	char buf[8];
	hz_error err = {0};
	HZT_EQ_INT(hz_config_get(config, key, buf, sizeof(buf), NULL, &err), HZ_ERR_CONFIG);
	memset(&err, 0, sizeof(err));
	HZT_EQ_INT(hz_config_set(config, key, "1", &err), HZ_ERR_CONFIG);
	HZT_CHECK(strstr(err.message, "unknown key") != NULL);
	char hint[160];
	(void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", want != NULL ? want : "");
	if ((strstr(err.message, want != NULL ? hint : "did you mean") != NULL) != (want != NULL)) {
		fprintf(stderr, "%.40s: %s\n", key, err.message);
		HZT_FAIL("the nearest key is named");
	}
}

static void
unknown_keys_name_the_nearest(void)
{
	hz_config *config = new_config();
	unknown(config, "clustername", "cluster-name");
	unknown(config, "cluster_name", "cluster-name");
	unknown(config, "Cluster-Name", "cluster-name");
	unknown(config, "redo-operation", "network.redo-operation");
	unknown(config, "network.redo-operations", "network.redo-operation");
	unknown(config, "cluster-members", "network.cluster-members");
	unknown(config, "smartRouting", "network.smart-routing");
	unknown(config, "hazelcast.client.hartbeat.interval",
			"properties.hazelcast.client.heartbeat.interval");
	unknown(config, "heartbeat.timeout", "properties.hazelcast.client.heartbeat.timeout");
	unknown(config, "", NULL);
	unknown(config, "zzz", NULL);
	unknown(config, "quite another thing", NULL);
	unknown(config, "\n\x1b[2J\xff", NULL);

	size_t size = 1 << 20;
	char *huge = malloc(size);
	HZT_CHECK(huge != NULL);
	memset(huge, 'a', size - 1);
	huge[size - 1] = '\0';
	unknown(config, huge, NULL);
	free(huge);
	hz_config_destroy(&config);
}

static void
get_measures_first(void)
{
	hz_config *config = new_config();
	char buf[8] = "before";
	size_t needed = 0;
	hz_error err = {0};
	HZT_EQ_INT(hz_config_get(config, "cluster-name", NULL, 0, &needed, &err), HZ_ERR_LIMIT);
	HZT_EQ_INT(needed, 4);
	HZT_EQ_INT(hz_config_get(config, "cluster-name", buf, 3, &needed, NULL), HZ_ERR_LIMIT);
	HZT_EQ_STR(buf, "before");
	HZT_OK(hz_config_get(config, "cluster-name", buf, 4, &needed, NULL));
	HZT_EQ_STR(buf, "dev");
	HZT_EQ_INT(needed, 4);
	HZT_OK(hz_config_get(config, "instance-name", buf, 1, &needed, NULL));
	HZT_EQ_STR(buf, "");
	HZT_EQ_INT(needed, 1);
	hz_config_destroy(&config);
}

static void
nulls_are_refused(void)
{
	hz_config *config = new_config();
	char buf[8];
	hz_error err = {0};
	HZT_EQ_INT(hz_config_new(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_new(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_set(NULL, "cluster-name", "x", NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_set(config, NULL, "x", NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_set(config, "cluster-name", NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_set(config, "nonsense", "x", NULL), HZ_ERR_CONFIG);
	HZT_EQ_INT(hz_config_get(NULL, "cluster-name", buf, 8, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_get(config, NULL, buf, 8, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_get(config, "cluster-name", NULL, 8, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_on_log(NULL, NULL, NULL, HZ_LOG_INFO, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_on_late_item(NULL, NULL, NULL, NULL), HZ_ERR_ARGUMENT);
	hz_config_destroy(&config);
}

static void
count_line(void *ctx, hz_log_level level, const char *line)
{
	(void)level;
	(void)line;
	++*(int *)ctx;
}

static void
count_item(void *ctx, const char *structure_name, const hz_value *item)
{
	(void)structure_name;
	(void)item;
	++*(int *)ctx;
}

static void
callbacks_are_kept(void)
{
	hz_config *config = new_config();
	int calls = 0;
	HZT_EQ_INT(hz_config_on_log(config, count_line, &calls, (hz_log_level)0, NULL),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_on_log(config, count_line, &calls, (hz_log_level)6, NULL),
			HZ_ERR_ARGUMENT);
	HZT_CHECK(config->log.fn == NULL);
	HZT_OK(hz_config_on_log(config, count_line, &calls, HZ_LOG_DEBUG, NULL));
	HZT_OK(hz_config_on_late_item(config, count_item, &calls, NULL));
	HZT_EQ_INT(config->log.level, HZ_LOG_DEBUG);
	config->log.fn(config->log.ctx, HZ_LOG_INFO, "a line");
	config->late_item.fn(config->late_item.ctx, "queue", NULL);
	HZT_EQ_INT(calls, 2);
	HZT_OK(hz_config_on_log(config, NULL, NULL, HZ_LOG_INFO, NULL));
	HZT_CHECK(config->log.fn == NULL && config->log.ctx == NULL);
	hz_config_destroy(&config);
}

static void
copies_share_nothing(void)
{
	hz_config *config = new_config();
	hz_config *copy = NULL;
	int calls = 0;
	set(config, "cluster-name", "orders");
	set(config, "instance-name", "me");
	set(config, "client-labels", "a,b");
	set(config, "network.cluster-members", "one,two");
	set(config, "network.connection-timeout", "77");
	HZT_OK(hz_config_on_log(config, count_line, &calls, HZ_LOG_WARN, NULL));
	HZT_OK(hzi_config_copy(config, &copy));
	HZT_CHECK(copy->cluster_name != config->cluster_name);
	HZT_CHECK(copy->members.items != config->members.items);

	set(config, "cluster-name", "other");
	set(config, "client-labels", "");
	hz_config_destroy(&config);
	expect(copy, "cluster-name", "orders");
	expect(copy, "instance-name", "me");
	expect(copy, "client-labels", "a,b");
	expect(copy, "network.cluster-members", "one,two");
	expect(copy, "network.connection-timeout", "77");
	HZT_CHECK(copy->log.fn == count_line && copy->log.ctx == &calls);
	HZT_EQ_INT(copy->log.level, HZ_LOG_WARN);
	hz_config_destroy(&copy);

	// Empty optional fields stay empty.
	config = new_config();
	HZT_OK(hzi_config_copy(config, &copy));
	HZT_CHECK(copy->instance_name == NULL && copy->labels.items == NULL);
	hz_config_destroy(&copy);
	hz_config_destroy(&config);
}

static void
fields_must_agree(void)
{
	hz_config *config = new_config();
	hz_error err = {0};
	set(config, "hazelcast.client.heartbeat.timeout", "5000");
	HZT_EQ_INT(hzi_config_check(config, &err), HZ_ERR_CONFIG);
	HZT_CHECK(strstr(err.message, "heartbeat.timeout (5000 ms)") != NULL);
	set(config, "hazelcast.client.heartbeat.interval", "4999");
	HZT_OK_ERR(hzi_config_check(config, &err), &err);
	set(config, "connection-strategy.connection-retry.max-backoff-millis", "999");
	HZT_EQ_INT(hzi_config_check(config, &err), HZ_ERR_CONFIG);
	HZT_CHECK(strstr(err.message, "max-backoff-millis (999)") != NULL);
	set(config, "connection-strategy.connection-retry.initial-backoff-millis", "999");
	HZT_OK_ERR(hzi_config_check(config, &err), &err);
	hz_config_destroy(&config);
}

static char *
read_file(const char *path)
{
	static char text[1 << 17];
	FILE *file = fopen(path, "r");
	HZT_CHECK(file != NULL);
	size_t size = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	HZT_CHECK(size > 0 && size < sizeof(text) - 1);
	text[size] = '\0';
	return text;
}

// The page in the tree is what the generator makes of the table now, and the table it read is the
// one that was compiled. Both files stand below the test's working directory.
static void
page_is_generated(void)
{
	char *page = strdup(read_file("docs/configuration.md"));
	HZT_CHECK(page != NULL);
	HZT_EQ_STR(read_file("tests/config/configuration.generated.md"), page);
	for (size_t i = 0; i < hz_config_key_count(); i++) {
		const hz_config_key *key = hz_config_key_at(i);
		char cell[160];
		(void)snprintf(cell, sizeof(cell), "| `%s` |", key->name);
		char *row = strstr(page, cell);
		HZT_CHECK(row != NULL);
		char *text = strstr(row, key->text);
		HZT_CHECK(text != NULL && memchr(row, '\n', (size_t)(text - row)) == NULL);
	}
	free(page);
}

static const hzt_case cases[] = {
		{"defaults", defaults},
		{"rows_fit_their_fields", rows_fit_their_fields},
		{"keys_are_listed", keys_are_listed},
		{"numbers_have_ranges", numbers_have_ranges},
		{"numbers_refuse_garbage", numbers_refuse_garbage},
		{"choices_are_taken", choices_are_taken},
		{"fields_are_set", fields_are_set},
		{"aliases_are_the_same_setting", aliases_are_the_same_setting},
		{"strings_are_checked", strings_are_checked},
		{"lists_are_checked", lists_are_checked},
		{"unknown_keys_name_the_nearest", unknown_keys_name_the_nearest},
		{"get_measures_first", get_measures_first},
		{"nulls_are_refused", nulls_are_refused},
		{"callbacks_are_kept", callbacks_are_kept},
		{"copies_share_nothing", copies_share_nothing},
		{"fields_must_agree", fields_must_agree},
		{"page_is_generated", page_is_generated},
};

HZT_MAIN("config", cases)
