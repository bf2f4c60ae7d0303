// SPDX-License-Identifier: Apache-2.0
//
// Every operation on a NULL handle is HZ_ERR_ARGUMENT, never a crash; what has nothing to report
// does nothing.
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>

static hz_error err;

#define REFUSES(future)                                                                            \
	do {                                                                                       \
		err.code = 0;                                                                      \
		HZT_EQ_INT(hz_await_none((future), &err), HZ_ERR_ARGUMENT);                        \
		HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);                                             \
		HZT_CHECK(strstr(err.message, "is NULL") != NULL && !err.in_doubt);                \
	} while (0)

static hz_err
never_run(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	(void)ctx;
	(void)key;
	(void)old;
	(void)out;
	return HZ_ERR_STATE;
}

static void
reading_a_map(void)
{
	hz_value k = hz_str("k");
	REFUSES(hz_map_get_async(NULL, k));
	REFUSES(hz_map_contains_key_async(NULL, k));
	REFUSES(hz_map_contains_value_async(NULL, k));
	REFUSES(hz_map_size_async(NULL));
	REFUSES(hz_map_is_empty_async(NULL));
	REFUSES(hz_map_get_all_async(NULL, &k, 1));
	REFUSES(hz_map_key_set_async(NULL));
	REFUSES(hz_map_values_async(NULL));
	REFUSES(hz_map_entry_set_async(NULL));
	REFUSES(hz_map_get_entry_view_async(NULL, k));
}

static void
asking_a_map(void)
{
	hz_value k = hz_str("k");
	const char *attribute = "a";
	hz_pred *pred = hz_pred_true();
	hz_agg *agg = hz_agg_count(NULL);
	hz_proj *proj = hz_proj_identity();
	hz_paging *paging = NULL;
	HZT_OK(hz_paging_new(NULL, hz_null(), 1, &paging, &err));
	REFUSES(hz_map_key_set_where_async(NULL, pred));
	REFUSES(hz_map_values_where_async(NULL, pred));
	REFUSES(hz_map_entry_set_where_async(NULL, pred));
	REFUSES(hz_map_remove_all_async(NULL, pred));
	REFUSES(hz_map_aggregate_async(NULL, agg, pred));
	REFUSES(hz_map_project_async(NULL, proj, NULL));
	REFUSES(hz_map_add_index_async(NULL, &attribute, 1, NULL));
	REFUSES(hz_map_key_set_page_async(NULL, paging));
	REFUSES(hz_map_values_page_async(NULL, paging));
	REFUSES(hz_map_entry_set_page_async(NULL, paging));
	REFUSES(hz_map_execute_on_key_async(NULL, k, k));
	REFUSES(hz_map_submit_to_key_async(NULL, k, k));
	REFUSES(hz_map_execute_on_keys_async(NULL, &k, 1, k));
	REFUSES(hz_map_execute_on_entries_async(NULL, k, pred));
	REFUSES(hz_map_add_interceptor_async(NULL, k));
	REFUSES(hz_map_remove_interceptor_async(NULL, "id"));
	hz_identified_add(NULL, k);
	hz_identified_add_text(NULL, "k");
	hz_identified_add_object(NULL, k);
	hz_identified_add_identified(NULL, NULL);
	hz_paging_next(NULL);
	hz_paging_previous(NULL);
	hz_paging_reset(NULL);
	hz_paging_destroy(&paging);
	hz_proj_destroy(&proj);
	hz_agg_destroy(&agg);
	hz_pred_destroy(&pred);
}

static void
writing_a_map(void)
{
	hz_value k = hz_str("k");
	hz_entry entry = {k, k};
	REFUSES(hz_map_put_async(NULL, k, k, NULL));
	REFUSES(hz_map_set_async(NULL, k, k, NULL));
	REFUSES(hz_map_put_if_absent_async(NULL, k, k, NULL));
	REFUSES(hz_map_put_transient_async(NULL, k, k, NULL));
	REFUSES(hz_map_try_put_async(NULL, k, k, 0));
	REFUSES(hz_map_replace_async(NULL, k, k));
	REFUSES(hz_map_replace_if_same_async(NULL, k, k, k));
	REFUSES(hz_map_set_ttl_async(NULL, k, 1));
	REFUSES(hz_map_remove_async(NULL, k));
	REFUSES(hz_map_remove_if_same_async(NULL, k, k));
	REFUSES(hz_map_delete_async(NULL, k));
	REFUSES(hz_map_try_remove_async(NULL, k, 0));
	REFUSES(hz_map_evict_async(NULL, k));
	REFUSES(hz_map_evict_all_async(NULL));
	REFUSES(hz_map_clear_async(NULL));
	REFUSES(hz_map_flush_async(NULL));
	REFUSES(hz_map_put_all_async(NULL, &entry, 1));
	REFUSES(hz_map_set_all_async(NULL, &entry, 1));
	REFUSES(hz_map_load_all_async(NULL, true));
	REFUSES(hz_map_load_keys_async(NULL, &k, 1, true));
	REFUSES(hz_map_destroy_async(NULL));
}

static void
locks_of_a_map(void)
{
	hz_value k = hz_str("k");
	REFUSES(hz_map_lock_async(NULL, k, NULL));
	REFUSES(hz_map_try_lock_async(NULL, k, 1, NULL));
	REFUSES(hz_map_unlock_async(NULL, k));
	REFUSES(hz_map_force_unlock_async(NULL, k));
	REFUSES(hz_map_is_locked_async(NULL, k));
}

static void
a_queue(void)
{
	hz_value item = hz_str("item");
	REFUSES(hz_queue_add_async(NULL, item));
	REFUSES(hz_queue_offer_async(NULL, item, 1));
	REFUSES(hz_queue_put_async(NULL, item));
	REFUSES(hz_queue_add_all_async(NULL, &item, 1));
	REFUSES(hz_queue_poll_async(NULL, 1));
	REFUSES(hz_queue_take_async(NULL));
	REFUSES(hz_queue_drain_async(NULL, 0));
	REFUSES(hz_queue_drain_async(NULL, 5));
	REFUSES(hz_queue_remove_async(NULL, item));
	REFUSES(hz_queue_remove_all_async(NULL, &item, 1));
	REFUSES(hz_queue_retain_all_async(NULL, &item, 1));
	REFUSES(hz_queue_clear_async(NULL));
	REFUSES(hz_queue_peek_async(NULL));
	REFUSES(hz_queue_element_async(NULL));
	REFUSES(hz_queue_items_async(NULL));
	REFUSES(hz_queue_contains_async(NULL, item));
	REFUSES(hz_queue_contains_all_async(NULL, &item, 1));
	REFUSES(hz_queue_size_async(NULL));
	REFUSES(hz_queue_is_empty_async(NULL));
	REFUSES(hz_queue_remaining_capacity_async(NULL));
	REFUSES(hz_queue_destroy_async(NULL));
}

static void
a_multimap(void)
{
	const hz_value k = hz_str("k");
	const hz_entry entry = {k, k};
	REFUSES(hz_multimap_put_async(NULL, k, k));
	REFUSES(hz_multimap_put_all_async(NULL, &entry, 1));
	REFUSES(hz_multimap_remove_async(NULL, k, k));
	REFUSES(hz_multimap_remove_all_async(NULL, k));
	REFUSES(hz_multimap_delete_async(NULL, k));
	REFUSES(hz_multimap_clear_async(NULL));
	REFUSES(hz_multimap_get_async(NULL, k));
	REFUSES(hz_multimap_value_count_async(NULL, k));
	REFUSES(hz_multimap_contains_key_async(NULL, k));
	REFUSES(hz_multimap_contains_value_async(NULL, k));
	REFUSES(hz_multimap_contains_entry_async(NULL, k, k));
	REFUSES(hz_multimap_size_async(NULL));
	REFUSES(hz_multimap_key_set_async(NULL));
	REFUSES(hz_multimap_values_async(NULL));
	REFUSES(hz_multimap_entry_set_async(NULL));
	REFUSES(hz_multimap_lock_async(NULL, k, NULL));
	REFUSES(hz_multimap_try_lock_async(NULL, k, 1, NULL));
	REFUSES(hz_multimap_unlock_async(NULL, k));
	REFUSES(hz_multimap_force_unlock_async(NULL, k));
	REFUSES(hz_multimap_is_locked_async(NULL, k));
	REFUSES(hz_multimap_destroy_async(NULL));
	HZT_EQ_INT(hz_multimap_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_multimap_name(NULL), "");
	hz_multimap_close(NULL);
}

static void
a_replicated_map(void)
{
	const hz_value k = hz_str("k");
	const hz_entry entry = {k, k};
	REFUSES(hz_replicated_map_put_async(NULL, k, k, 0));
	REFUSES(hz_replicated_map_put_all_async(NULL, &entry, 1));
	REFUSES(hz_replicated_map_remove_async(NULL, k));
	REFUSES(hz_replicated_map_clear_async(NULL));
	REFUSES(hz_replicated_map_get_async(NULL, k));
	REFUSES(hz_replicated_map_contains_key_async(NULL, k));
	REFUSES(hz_replicated_map_contains_value_async(NULL, k));
	REFUSES(hz_replicated_map_size_async(NULL));
	REFUSES(hz_replicated_map_is_empty_async(NULL));
	REFUSES(hz_replicated_map_key_set_async(NULL));
	REFUSES(hz_replicated_map_values_async(NULL));
	REFUSES(hz_replicated_map_entry_set_async(NULL));
	REFUSES(hz_replicated_map_destroy_async(NULL));
	HZT_EQ_INT(hz_replicated_map_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_replicated_map_name(NULL), "");
	hz_replicated_map_close(NULL);
}

static void
a_ringbuffer(void)
{
	hz_value item = hz_str("item");
	REFUSES(hz_ringbuffer_capacity_async(NULL));
	REFUSES(hz_ringbuffer_size_async(NULL));
	REFUSES(hz_ringbuffer_head_sequence_async(NULL));
	REFUSES(hz_ringbuffer_tail_sequence_async(NULL));
	REFUSES(hz_ringbuffer_remaining_capacity_async(NULL));
	REFUSES(hz_ringbuffer_add_async(NULL, item, HZ_OVERFLOW_FAIL));
	REFUSES(hz_ringbuffer_add_all_async(NULL, &item, 1, HZ_OVERFLOW_FAIL));
	REFUSES(hz_ringbuffer_read_one_async(NULL, 0));
	REFUSES(hz_ringbuffer_read_many_async(NULL, 0, 0, 1));
	REFUSES(hz_ringbuffer_read_filtered_async(NULL, 0, 1, 1, hz_i32(1)));
	REFUSES(hz_ringbuffer_read_many_async(NULL, 0, 1, 1));
	REFUSES(hz_ringbuffer_destroy_async(NULL));
}

static void
topics(void)
{
	hz_value message = hz_str("message");
	REFUSES(hz_topic_publish_async(NULL, message));
	REFUSES(hz_topic_publish_all_async(NULL, &message, 1));
	REFUSES(hz_topic_destroy_async(NULL));
	HZT_EQ_STR(hz_topic_name(NULL), "");
	hz_topic_close(NULL);
	REFUSES(hz_reliable_topic_publish_async(NULL, message));
	REFUSES(hz_reliable_topic_publish_all_async(NULL, &message, 1));
	REFUSES(hz_reliable_topic_destroy_async(NULL));
	hz_reliable_topic_close(NULL);
}

static void
counters_and_ids(void)
{
	int64_t n = 7;
	REFUSES(hz_pn_counter_get_async(NULL));
	REFUSES(hz_pn_counter_get_and_add_async(NULL, 1));
	REFUSES(hz_pn_counter_add_and_get_async(NULL, 1));
	REFUSES(hz_pn_counter_get_and_subtract_async(NULL, 1));
	REFUSES(hz_pn_counter_subtract_and_get_async(NULL, 1));
	REFUSES(hz_pn_counter_get_and_increment_async(NULL));
	REFUSES(hz_pn_counter_increment_and_get_async(NULL));
	REFUSES(hz_pn_counter_get_and_decrement_async(NULL));
	REFUSES(hz_pn_counter_decrement_and_get_async(NULL));
	REFUSES(hz_pn_counter_destroy_async(NULL));
	REFUSES(hz_flake_id_generator_new_id_async(NULL));
	REFUSES(hz_flake_id_generator_destroy_async(NULL));
	REFUSES(hz_cardinality_estimator_add_async(NULL, hz_i32(1)));
	REFUSES(hz_cardinality_estimator_estimate_async(NULL));
	REFUSES(hz_cardinality_estimator_destroy_async(NULL));
	HZT_EQ_INT(hz_pn_counter_reset(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_pn_counter_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_flake_id_generator_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cardinality_estimator_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_pn_counter_name(NULL), "");
	HZT_EQ_STR(hz_flake_id_generator_name(NULL), "");
	HZT_EQ_STR(hz_cardinality_estimator_name(NULL), "");
	HZT_CHECK(!hz_flake_id_generator_take(NULL, &n) && n == 7);
	hz_pn_counter_close(NULL);
	hz_flake_id_generator_close(NULL);
	hz_cardinality_estimator_close(NULL);
}

static void
an_atomic_long(void)
{
	hz_value function = hz_str("f");
	REFUSES(hz_atomic_long_get_async(NULL));
	REFUSES(hz_atomic_long_set_async(NULL, 1));
	REFUSES(hz_atomic_long_get_and_set_async(NULL, 1));
	REFUSES(hz_atomic_long_compare_and_set_async(NULL, 1, 2));
	REFUSES(hz_atomic_long_add_and_get_async(NULL, 1));
	REFUSES(hz_atomic_long_get_and_add_async(NULL, 1));
	REFUSES(hz_atomic_long_increment_and_get_async(NULL));
	REFUSES(hz_atomic_long_decrement_and_get_async(NULL));
	REFUSES(hz_atomic_long_get_and_increment_async(NULL));
	REFUSES(hz_atomic_long_get_and_decrement_async(NULL));
	REFUSES(hz_atomic_long_alter_async(NULL, function));
	REFUSES(hz_atomic_long_alter_and_get_async(NULL, function));
	REFUSES(hz_atomic_long_get_and_alter_async(NULL, function));
	REFUSES(hz_atomic_long_apply_async(NULL, function));
	REFUSES(hz_atomic_long_destroy_async(NULL));
	HZT_EQ_INT(hz_atomic_long_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_atomic_long_name(NULL), "");
	hz_atomic_long_close(NULL);
}

static void
an_atomic_reference(void)
{
	hz_value v = hz_str("v");
	REFUSES(hz_atomic_reference_get_async(NULL));
	REFUSES(hz_atomic_reference_is_null_async(NULL));
	REFUSES(hz_atomic_reference_contains_async(NULL, v));
	REFUSES(hz_atomic_reference_set_async(NULL, v));
	REFUSES(hz_atomic_reference_clear_async(NULL));
	REFUSES(hz_atomic_reference_get_and_set_async(NULL, v));
	REFUSES(hz_atomic_reference_set_and_get_async(NULL, v));
	REFUSES(hz_atomic_reference_compare_and_set_async(NULL, v, v));
	REFUSES(hz_atomic_reference_alter_async(NULL, v));
	REFUSES(hz_atomic_reference_alter_and_get_async(NULL, v));
	REFUSES(hz_atomic_reference_get_and_alter_async(NULL, v));
	REFUSES(hz_atomic_reference_apply_async(NULL, v));
	REFUSES(hz_atomic_reference_destroy_async(NULL));
	HZT_EQ_INT(hz_atomic_reference_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_atomic_reference_name(NULL), "");
	hz_atomic_reference_close(NULL);
}

static void
a_latch(void)
{
	REFUSES(hz_count_down_latch_await_async(NULL));
	REFUSES(hz_count_down_latch_try_await_async(NULL, 0));
	REFUSES(hz_count_down_latch_count_down_async(NULL));
	REFUSES(hz_count_down_latch_get_count_async(NULL));
	REFUSES(hz_count_down_latch_try_set_count_async(NULL, 1));
	REFUSES(hz_count_down_latch_destroy_async(NULL));
	HZT_EQ_INT(hz_count_down_latch_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_count_down_latch_name(NULL), "");
	hz_count_down_latch_close(NULL);
}

static void
an_id_generator(void)
{
	int64_t n = 7;
	hz_id_generator *ids = NULL;
	REFUSES(hz_id_generator_init_async(NULL, 1));
	REFUSES(hz_id_generator_init_async(NULL, -1));
	REFUSES(hz_id_generator_new_id_async(NULL));
	REFUSES(hz_id_generator_destroy_async(NULL));
	HZT_EQ_INT(hz_id_generator_open(NULL, "i", NULL, &ids, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_id_generator_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_id_generator_name(NULL), "");
	HZT_CHECK(!hz_id_generator_take(NULL, &n) && n == 7);
	hz_id_generator_close(NULL);
	hz_id_generator_close(&ids);
}

// The blocking forms, once for each kind of result.
static void
blocking_forms(void)
{
	bool b = true;
	int32_t n = 7;
	hz_value value = hz_i64(7);
	hz_items *items = NULL;
	hz_entry_view *view = NULL;
	hz_objects *objects = NULL;
	hz_cp_group_list *groups = NULL;
	HZT_EQ_INT(hz_map_set(NULL, hz_i32(1), hz_i32(1), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_is_empty(NULL, &b, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_size(NULL, &n, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_get(NULL, hz_i32(1), &value, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_entry_set(NULL, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_get_entry_view(NULL, hz_i32(1), &view, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_client_objects(NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_groups(NULL, &groups, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_objects(NULL, NULL, NULL, NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_take(NULL, &value, NULL), HZ_ERR_ARGUMENT);
	// Written on success only; a value is null after a failure.
	HZT_CHECK(b && n == 7 && items == NULL && view == NULL);
	HZT_CHECK(objects == NULL && groups == NULL);
	HZT_CHECK(hz_value_is_null(&value));
}

static void
what_is_no_operation(void)
{
	hz_map *map = NULL;
	hz_queue *queue = NULL;
	hz_map_scan *scan = NULL;
	hz_items *items = NULL;
	hz_entry_view *view = NULL;
	hz_objects *objects = NULL;
	hz_cp_group_list *groups = NULL;
	hz_value value = hz_i64(7);
	bool more = true;
	HZT_EQ_INT(hz_map_open(NULL, "name", NULL, &map, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_open(NULL, "name", NULL, &queue, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_map_name(NULL), "");
	HZT_EQ_STR(hz_queue_name(NULL), "");
	HZT_EQ_INT(hz_map_destroy(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_destroy(&map, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_destroy(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_scan_open(NULL, NULL, &scan, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_scan_next(NULL, &value, NULL, &more, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_compute(NULL, value, never_run, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_compute_if_absent(NULL, value, never_run, NULL, NULL, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_compute_if_present(NULL, value, never_run, NULL, NULL, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_merge(NULL, value, value, never_run, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(map == NULL && queue == NULL && scan == NULL);
	hz_map_close(NULL);
	hz_map_close(&map);
	hz_queue_close(NULL);
	hz_queue_close(&queue);
	hz_map_scan_destroy(NULL);
	hz_map_scan_destroy(&scan);
	hz_items_destroy(&items);
	hz_entry_view_destroy(NULL);
	hz_entry_view_destroy(&view);
	hz_objects_destroy(NULL);
	hz_objects_destroy(&objects);
	HZT_EQ_INT(hz_objects_count(NULL), 0);
	HZT_CHECK(hz_objects_at(NULL, 0) == NULL);
	hz_cp_group_list_destroy(NULL);
	hz_cp_group_list_destroy(&groups);
	HZT_EQ_INT(hz_cp_group_list_count(NULL), 0);
	HZT_CHECK(hz_cp_group_list_at(NULL, 0) == NULL);
}

static void
a_fenced_lock(void)
{
	hz_fenced_lock *lock = NULL;
	REFUSES(hz_fenced_lock_lock_async(NULL));
	REFUSES(hz_fenced_lock_try_lock_async(NULL, 0));
	REFUSES(hz_fenced_lock_try_lock_async(NULL, 1));
	REFUSES(hz_fenced_lock_unlock_async(NULL));
	REFUSES(hz_fenced_lock_is_locked_async(NULL));
	REFUSES(hz_fenced_lock_is_locked_by_current_owner_async(NULL));
	REFUSES(hz_fenced_lock_get_lock_count_async(NULL));
	REFUSES(hz_fenced_lock_get_fence_async(NULL));
	REFUSES(hz_fenced_lock_destroy_async(NULL));
	HZT_EQ_INT(hz_fenced_lock_open(NULL, "l", NULL, &lock, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_fenced_lock_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_fenced_lock_name(NULL), "");
	hz_fenced_lock_close(NULL);
	hz_fenced_lock_close(&lock);
}

static void
a_semaphore(void)
{
	hz_semaphore *permits = NULL;
	REFUSES(hz_semaphore_init_async(NULL, 1));
	REFUSES(hz_semaphore_acquire_async(NULL, 1));
	REFUSES(hz_semaphore_try_acquire_async(NULL, 1, 0));
	REFUSES(hz_semaphore_try_acquire_async(NULL, 1, 1));
	REFUSES(hz_semaphore_release_async(NULL, 1));
	REFUSES(hz_semaphore_drain_permits_async(NULL));
	REFUSES(hz_semaphore_available_permits_async(NULL));
	REFUSES(hz_semaphore_reduce_permits_async(NULL, 1));
	REFUSES(hz_semaphore_increase_permits_async(NULL, 1));
	REFUSES(hz_semaphore_destroy_async(NULL));
	HZT_EQ_INT(hz_semaphore_open(NULL, "s", NULL, &permits, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_semaphore_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_semaphore_name(NULL), "");
	hz_semaphore_close(NULL);
	hz_semaphore_close(&permits);
}

static const hzt_case cases[] = {
		{"reading_a_map", reading_a_map},
		{"asking_a_map", asking_a_map},
		{"writing_a_map", writing_a_map},
		{"locks_of_a_map", locks_of_a_map},
		{"a_queue", a_queue},
		{"a_multimap", a_multimap},
		{"a_replicated_map", a_replicated_map},
		{"a_ringbuffer", a_ringbuffer},
		{"topics", topics},
		{"counters_and_ids", counters_and_ids},
		{"an_atomic_long", an_atomic_long},
		{"an_atomic_reference", an_atomic_reference},
		{"a_latch", a_latch},
		{"a_fenced_lock", a_fenced_lock},
		{"a_semaphore", a_semaphore},
		{"an_id_generator", an_id_generator},
		{"blocking_forms", blocking_forms},
		{"what_is_no_operation", what_is_no_operation},
};

HZT_MAIN("null", cases)
