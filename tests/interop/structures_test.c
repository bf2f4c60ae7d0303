// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Python on the same structures: what one changes the other
// sees, and hears of.
#include "tests/interop/peer.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static hz_error err;
static hz_client *client;
static hzt_peer python;
static char name[64]; // of the structure of this case
static const char *kind;

static void
begin(const char *structure)
{
	static unsigned runs;
	hz_config *config = NULL;
	kind = structure;
	snprintf(name, sizeof(name), "interop-%s-%d-%u", structure, (int)getpid(), runs++);
	hzt_peer_start(&python, "structures_peer.py"); // before there are threads
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
}

static void
end(void)
{
	hzt_peer_end(&python);
	hz_client_destroy(&client);
}

// Calls a method of the structure in Python, with arguments as JSON has them between the brackets
// of a list ("" for none), and expects this JSON.
static void
theirs(const char *method, const char *arguments, const char *want)
{
	char line[1024];
	snprintf(line, sizeof(line), "[\"%s\", \"%s\", \"%s\"%s%s]", kind, name, method,
			arguments[0] != '\0' ? ", " : "", arguments);
	const char *answer = hzt_peer_ask(&python, line);
	if (strcmp(answer, want) != 0) {
		printf("  %s(%s) in Python: %s, expected %s\n", method, arguments, answer, want);
		HZT_FAIL("the Python client sees the same");
	}
}

// ---- What is heard here ----

static struct {
	_Atomic int events;
	_Atomic int64_t sum;
} heard;

static void
hear(const hz_value *value)
{
	int64_t n = 0;
	if (hz_value_get_i64(value, &n) == HZ_OK) {
		atomic_fetch_add(&heard.sum, n);
	}
	atomic_fetch_add(&heard.events, 1);
}

static void
on_item(void *ctx, const hz_item_event *e)
{
	(void)ctx;
	hear(&e->item);
}

static void
on_entry(void *ctx, const hz_entry_event *e)
{
	(void)ctx;
	hear(hz_value_is_null(&e->value) ? &e->old_value : &e->value);
}

static bool
heard_enough(void *ctx)
{
	return atomic_load(&heard.events) >= *(const int *)ctx;
}

// So many events came, and their values have this sum.
static void
await_heard(int events, int64_t sum)
{
	HZT_AWAIT(heard_enough, &events, 20000);
	HZT_EQ_INT(atomic_load(&heard.events), events);
	HZT_EQ_INT(atomic_load(&heard.sum), sum);
	atomic_store(&heard.events, 0);
	atomic_store(&heard.sum, 0);
}

static const hz_item_listener ITEM_LISTENER = {
		.size = sizeof(ITEM_LISTENER), .added = on_item, .removed = on_item};

static const hz_entry_listener ENTRY_LISTENER = {.size = sizeof(ENTRY_LISTENER),
		.added = on_entry,
		.updated = on_entry,
		.removed = on_entry};

static hz_listen_options
with_values(void)
{
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	return options;
}

// ---- Structures ----

static void
set(void)
{
	const hz_listen_options options = with_values();
	hz_listener_id id = {0};
	hz_set *set = NULL;
	bool done = false;
	int32_t n = 0;
	begin("set");
	HZT_OK_ERR(hz_set_open(client, name, NULL, &set, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_set_add(set, hz_i64(1), &done, &err), &err);
	HZT_OK_ERR(hz_set_add(set, hz_i64(2), &done, &err), &err);
	HZT_OK_ERR(hz_set_remove(set, hz_i64(1), &done, &err), &err);
	theirs("heard", "3", "[[\"added\",1],[\"added\",2],[\"removed\",1]]");
	theirs("contains", "2", "true");
	theirs("get_all", "", "[2]");
	HZT_OK_ERR(hz_set_listen(set, &ITEM_LISTENER, &options, &id, &err), &err);
	theirs("add", "2", "false");
	theirs("add_all", "[30, 40]", "true");
	theirs("remove", "30", "true");
	await_heard(3, 30 + 40 + 30);
	HZT_OK_ERR(hz_set_size(set, &n, &err), &err);
	HZT_EQ_INT(n, 2);
	HZT_OK_ERR(hz_set_contains(set, hz_i64(40), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_set_destroy(&set, &err), &err);
	end();
}

static void
list(void)
{
	const hz_listen_options options = with_values();
	hz_listener_id id = {0};
	hz_list *list = NULL;
	hz_value item = hz_null();
	bool done = false;
	int64_t n = 0;
	begin("list");
	HZT_OK_ERR(hz_list_open(client, name, NULL, &list, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_list_add(list, hz_i64(1), &done, &err), &err);
	HZT_OK_ERR(hz_list_insert(list, 0, hz_i64(5), &err), &err);
	HZT_OK_ERR(hz_list_remove(list, hz_i64(1), &done, &err), &err);
	theirs("heard", "3", "[[\"added\",1],[\"added\",5],[\"removed\",1]]");
	theirs("get_all", "", "[5]");
	HZT_OK_ERR(hz_list_listen(list, &ITEM_LISTENER, &options, &id, &err), &err);
	theirs("add_all", "[6, 7]", "true");
	theirs("add_at", "0, 4", "null");
	theirs("remove_at", "1", "5"); // members tell of it without the item
	theirs("sub_list", "0, 2", "[4,6]");
	theirs("list_iterator", "1", "[6,7]");
	await_heard(4, 6 + 7 + 4);
	HZT_OK_ERR(hz_list_get(list, 2, &item, &err), &err);
	HZT_OK(hz_value_get_i64(&item, &n));
	HZT_EQ_INT(n, 7);
	hz_value_clear(&item);
	HZT_OK_ERR(hz_list_destroy(&list, &err), &err);
	end();
}

static void
multi_map(void)
{
	const hz_entry two[] = {{hz_str("k"), hz_i64(1)}, {hz_str("k"), hz_i64(2)}};
	const hz_listen_options options = with_values();
	hz_listener_id id = {0};
	hz_multimap *mm = NULL;
	bool done = true;
	int32_t n = 0;
	begin("multi_map");
	HZT_OK_ERR(hz_multimap_open(client, name, NULL, &mm, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_multimap_put(mm, hz_str("k"), hz_i64(1), &done, &err), &err);
	HZT_OK_ERR(hz_multimap_put_all(mm, two, 2, &err), &err);
	HZT_OK_ERR(hz_multimap_remove(mm, hz_str("k"), hz_i64(2), &done, &err), &err);
	theirs("heard", "3", "[[\"added\",\"k\",1],[\"added\",\"k\",2],[\"removed\",\"k\",2]]");
	theirs("entry_set", "", "[[\"k\",1]]");
	HZT_OK_ERR(hz_multimap_listen(mm, &ENTRY_LISTENER, &options, &id, &err), &err);
	theirs("put_all", "{\"k\": [1, 5], \"m\": [7]}", "null");
	theirs("value_count", "\"k\"", "2");
	theirs("remove", "\"k\", 5", "true");
	await_heard(3, 5 + 7 + 5);
	HZT_OK_ERR(hz_multimap_contains_entry(mm, hz_str("m"), hz_i64(7), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_multimap_size(mm, &n, &err), &err);
	HZT_EQ_INT(n, 2);
	theirs("lock", "\"k\"", "null");
	HZT_OK_ERR(hz_multimap_try_lock(mm, hz_str("k"), 0, NULL, &done, &err), &err);
	HZT_CHECK(!done);
	theirs("unlock", "\"k\"", "null");
	HZT_OK_ERR(hz_multimap_lock(mm, hz_str("k"), NULL, &err), &err);
	theirs("try_lock", "\"k\"", "false");
	HZT_OK_ERR(hz_multimap_unlock(mm, hz_str("k"), &err), &err);
	HZT_OK_ERR(hz_multimap_destroy(&mm, &err), &err);
	end();
}

// A replicated map tells one member after the other what was changed in the first.
typedef struct replicated {
	hz_replicated_map *map;
	int32_t size;
} replicated;

static bool
has_size(void *ctx)
{
	const replicated *r = ctx;
	int32_t n = -1;
	HZT_OK_ERR(hz_replicated_map_size(r->map, &n, &err), &err);
	return n == r->size;
}

static void
replicated_map(void)
{
	const hz_listen_options options = with_values();
	hz_listener_id id = {0};
	replicated r = {NULL, 2};
	hz_value value = hz_null();
	int64_t n = 0;
	begin("replicated_map");
	HZT_OK_ERR(hz_replicated_map_open(client, name, NULL, &r.map, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_replicated_map_put(r.map, hz_str("k"), hz_i64(1), 0, NULL, &err), &err);
	HZT_OK_ERR(hz_replicated_map_remove(r.map, hz_str("k"), NULL, &err), &err);
	theirs("heard", "2", "[[\"added\",\"k\",1],[\"removed\",\"k\",1]]");
	HZT_OK_ERR(hz_replicated_map_listen(r.map, &ENTRY_LISTENER, &options, &id, &err), &err);
	theirs("put", "\"k\", 5", "null");
	theirs("put", "\"k\", 6", "5");
	theirs("put_all", "{\"l\": 9}", "null");
	await_heard(3, 5 + 6 + 9);
	HZT_AWAIT(has_size, &r, 20000);
	HZT_OK_ERR(hz_replicated_map_get(r.map, hz_str("k"), &value, &err), &err);
	HZT_OK(hz_value_get_i64(&value, &n));
	HZT_EQ_INT(n, 6);
	hz_value_clear(&value);
	HZT_OK_ERR(hz_replicated_map_destroy(&r.map, &err), &err);
	end();
}

// What they are to see sooner or later: replicas tell each other once a second.
static bool
they_count(void *want)
{
	char line[256];
	snprintf(line, sizeof(line), "[\"%s\", \"%s\", \"get\"]", kind, name);
	return strcmp(hzt_peer_ask(&python, line), want) == 0;
}

static bool
we_count(void *ctx)
{
	int64_t n = 0;
	HZT_OK_ERR(hz_pn_counter_get(ctx, &n, &err), &err);
	return n == 45;
}

static void
pn_counter(void)
{
	hz_pn_counter *counter = NULL;
	int64_t n = 0;
	begin("pn_counter");
	HZT_OK_ERR(hz_pn_counter_open(client, name, NULL, &counter, &err), &err);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 42, &n, &err), &err);
	HZT_AWAIT(they_count, "42", 20000);
	theirs("get_and_add", "5", "42");
	theirs("subtract_and_get", "2", "45");
	HZT_AWAIT(we_count, counter, 20000);
	HZT_OK_ERR(hz_pn_counter_get_and_subtract(counter, 45, &n, &err), &err);
	HZT_EQ_INT(n, 45);
	HZT_AWAIT(they_count, "0", 20000);
	HZT_OK_ERR(hz_pn_counter_destroy(&counter, &err), &err);
	end();
}

// Batches of either are ids that the other never gets.
static void
flake_id_generator(void)
{
	enum { N = 40 };
	static int64_t ids[2 * N];
	char line[256];
	hz_flake_id_generator *generator = NULL;
	hz_flake_id_options options = hz_flake_id_options_default();
	begin("flake_id_generator");
	options.prefetch_count = 3;
	HZT_OK_ERR(hz_flake_id_generator_open(client, name, &options, NULL, &generator, &err),
			&err);
	snprintf(line, sizeof(line), "[\"%s\", \"%s\", \"new_id\"]", kind, name);
	for (size_t i = 0; i < (size_t)2 * N; i += 2) {
		HZT_OK_ERR(hz_flake_id_generator_new_id(generator, &ids[i], &err), &err);
		HZT_EQ_INT(sscanf(hzt_peer_ask(&python, line), "%" SCNd64, &ids[i + 1]), 1);
		for (size_t j = 0; j <= i; j++) {
			HZT_CHECK(ids[j] != ids[i + 1] && (j == i || ids[j] != ids[i]));
		}
		HZT_CHECK(ids[i] > 0 && ids[i + 1] > 0);
	}
	HZT_OK_ERR(hz_flake_id_generator_destroy(&generator, &err), &err);
	end();
}

static void
on_message(void *ctx, const hz_message *message)
{
	(void)ctx;
	hear(&message->value);
}

static void
topic(void)
{
	static const hz_message_listener listener = {
			.size = sizeof(listener), .message = on_message};
	const hz_value two[] = {hz_i64(2), hz_i64(3)};
	hz_listener_id id = {0};
	hz_topic *topic = NULL;
	begin("topic");
	HZT_OK_ERR(hz_topic_open(client, name, NULL, &topic, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_topic_publish(topic, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_topic_publish_all(topic, two, 2, &err), &err);
	theirs("heard", "3", "[[\"message\",1],[\"message\",2],[\"message\",3]]");
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	theirs("publish", "10", "null");
	theirs("publish_all", "[20, 30]", "null");
	await_heard(3, 10 + 20 + 30);
	HZT_OK_ERR(hz_topic_destroy(&topic, &err), &err);
	end();
}

static void
ringbuffer(void)
{
	const hz_value two[] = {hz_i64(3), hz_i64(4)};
	hz_items *items = NULL;
	hz_value item;
	int64_t n = -7;
	begin("ringbuffer");
	hz_ringbuffer *ring = NULL;
	HZT_OK_ERR(hz_ringbuffer_open(client, name, NULL, &ring, &err), &err);
	theirs("add", "1", "0");
	theirs("add_all", "[2]", "1");
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, two, 2, HZ_OVERFLOW_FAIL, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	theirs("tail_sequence", "", "3");
	theirs("head_sequence", "", "0");
	theirs("size", "", "4");
	theirs("capacity", "", "10000");
	theirs("read_one", "2", "3");
	theirs("read_many", "1, 1, 10", "[2,3,4]");
	HZT_OK_ERR(hz_ringbuffer_read_many(ring, 0, 2, 10, &items, &err), &err);
	for (int64_t i = 1; i <= 4; i++) {
		HZT_CHECK(hz_items_next(items, NULL, &item));
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_EQ_INT(n, i);
	}
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_ringbuffer_destroy(&ring, &err), &err);
	end();
}

static hz_err
on_reliable_message(void *ctx, const hz_message *message)
{
	(void)ctx;
	hear(&message->value);
	return HZ_OK;
}

static void
reliable_topic(void)
{
	static const hz_reliable_listener listener = {
			.size = sizeof(listener), .message = on_reliable_message};
	const hz_value two[] = {hz_i64(2), hz_i64(3)};
	hz_listener_id id = {0};
	hz_reliable_topic *topic = NULL;
	begin("reliable_topic");
	HZT_OK_ERR(hz_reliable_topic_open(client, name, NULL, NULL, &topic, &err), &err);
	theirs("listen", "", "null");
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, two, 2, NULL, &err), &err);
	theirs("heard", "3", "[[\"message\",1],[\"message\",2],[\"message\",3]]");
	HZT_OK_ERR(hz_reliable_topic_listen(topic, &listener, NULL, &id, &err), &err);
	theirs("publish", "10", "null");
	theirs("publish_all", "[20, 30]", "null");
	await_heard(3, 10 + 20 + 30);
	HZT_OK_ERR(hz_listener_remove(client, id, &err), &err);
	HZT_OK_ERR(hz_reliable_topic_destroy(&topic, &err), &err);
	end();
}

static const hzt_case cases[] = {
		{"flake_id_generator", flake_id_generator},
		{"list", list},
		{"multi_map", multi_map},
		{"pn_counter", pn_counter},
		{"reliable_topic", reliable_topic},
		{"replicated_map", replicated_map},
		{"ringbuffer", ringbuffer},
		{"set", set},
		{"topic", topic},
};

HZT_MAIN("structures", cases)
