// SPDX-License-Identifier: Apache-2.0
//
// The blocking forms, which the public headers define inline, once as symbols: for hosts that call
// symbols, and for compilers that do not inline.
#include <hazelcast/atomic_long.h>
#include <hazelcast/atomic_reference.h>
#include <hazelcast/cardinality_estimator.h>
#include <hazelcast/count_down_latch.h>
#include <hazelcast/cp_subsystem.h>
#include <hazelcast/fenced_lock.h>
#include <hazelcast/flake_id_generator.h>
#include <hazelcast/id_generator.h>
#include <hazelcast/list.h>
#include <hazelcast/map.h>
#include <hazelcast/multimap.h>
#include <hazelcast/object.h>
#include <hazelcast/pn_counter.h>
#include <hazelcast/queue.h>
#include <hazelcast/reliable_topic.h>
#include <hazelcast/replicated_map.h>
#include <hazelcast/ringbuffer.h>
#include <hazelcast/semaphore.h>
#include <hazelcast/set.h>
#include <hazelcast/topic.h>

extern inline hz_err hz_map_destroy(hz_map **map, hz_error *err);
extern inline hz_err hz_map_get(hz_map *map, hz_value key, hz_value *out, hz_error *err);
extern inline hz_err hz_map_contains_key(hz_map *map, hz_value key, bool *out, hz_error *err);
extern inline hz_err hz_map_contains_value(hz_map *map, hz_value value, bool *out, hz_error *err);
extern inline hz_err hz_map_size(hz_map *map, int32_t *out, hz_error *err);
extern inline hz_err hz_map_is_empty(hz_map *map, bool *out, hz_error *err);
extern inline hz_err hz_map_put(hz_map *map, hz_value key, hz_value value,
		const hz_put_options *options, hz_value *old, hz_error *err);
extern inline hz_err hz_map_set(hz_map *map, hz_value key, hz_value value,
		const hz_put_options *options, hz_error *err);
extern inline hz_err hz_map_put_if_absent(hz_map *map, hz_value key, hz_value value,
		const hz_put_options *options, hz_value *old, hz_error *err);
extern inline hz_err hz_map_put_transient(hz_map *map, hz_value key, hz_value value,
		const hz_put_options *options, hz_error *err);
extern inline hz_err hz_map_try_put(hz_map *map, hz_value key, hz_value value, int64_t timeout_ms,
		bool *done, hz_error *err);
extern inline hz_err hz_map_replace(
		hz_map *map, hz_value key, hz_value value, hz_value *old, hz_error *err);
extern inline hz_err hz_map_replace_if_same(hz_map *map, hz_value key, hz_value expected,
		hz_value value, bool *done, hz_error *err);
extern inline hz_err hz_map_set_ttl(
		hz_map *map, hz_value key, int64_t ttl_ms, bool *done, hz_error *err);
extern inline hz_err hz_map_remove(hz_map *map, hz_value key, hz_value *old, hz_error *err);
extern inline hz_err hz_map_remove_if_same(
		hz_map *map, hz_value key, hz_value expected, bool *done, hz_error *err);
extern inline hz_err hz_map_delete(hz_map *map, hz_value key, hz_error *err);
extern inline hz_err hz_map_try_remove(
		hz_map *map, hz_value key, int64_t timeout_ms, bool *done, hz_error *err);
extern inline hz_err hz_map_evict(hz_map *map, hz_value key, bool *done, hz_error *err);
extern inline hz_err hz_map_evict_all(hz_map *map, hz_error *err);
extern inline hz_err hz_map_clear(hz_map *map, hz_error *err);
extern inline hz_err hz_map_flush(hz_map *map, hz_error *err);

extern inline hz_err hz_map_get_all(
		hz_map *map, const hz_value *keys, size_t n, hz_items **out, hz_error *err);
extern inline hz_err hz_map_put_all(hz_map *map, const hz_entry *entries, size_t n, hz_error *err);
extern inline hz_err hz_map_set_all(hz_map *map, const hz_entry *entries, size_t n, hz_error *err);
extern inline hz_err hz_map_load_all(hz_map *map, bool replace_existing, hz_error *err);
extern inline hz_err hz_map_load_keys(
		hz_map *map, const hz_value *keys, size_t n, bool replace_existing, hz_error *err);
extern inline hz_err hz_map_key_set(hz_map *map, hz_items **out, hz_error *err);
extern inline hz_err hz_map_values(hz_map *map, hz_items **out, hz_error *err);
extern inline hz_err hz_map_entry_set(hz_map *map, hz_items **out, hz_error *err);

extern inline hz_err hz_map_key_set_where(
		hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err);
extern inline hz_err hz_map_values_where(
		hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err);
extern inline hz_err hz_map_entry_set_where(
		hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err);
extern inline hz_err hz_map_remove_all(hz_map *map, const hz_pred *pred, hz_error *err);
extern inline hz_err hz_map_aggregate(hz_map *map, const hz_agg *aggregator, const hz_pred *pred,
		hz_value *out, hz_error *err);
extern inline hz_err hz_map_project(hz_map *map, const hz_proj *projection, const hz_pred *pred,
		hz_items **out, hz_error *err);
extern inline hz_err hz_map_add_index(hz_map *map, const char *const *attributes, size_t n,
		const hz_index_options *options, hz_error *err);
extern inline hz_err hz_map_key_set_page(
		hz_map *map, hz_paging *paging, hz_items **out, hz_error *err);
extern inline hz_err hz_map_values_page(
		hz_map *map, hz_paging *paging, hz_items **out, hz_error *err);
extern inline hz_err hz_map_entry_set_page(
		hz_map *map, hz_paging *paging, hz_items **out, hz_error *err);
extern inline hz_err hz_map_execute_on_key(
		hz_map *map, hz_value key, hz_value processor, hz_value *out, hz_error *err);
extern inline hz_err hz_map_submit_to_key(
		hz_map *map, hz_value key, hz_value processor, hz_value *out, hz_error *err);
extern inline hz_err hz_map_execute_on_keys(hz_map *map, const hz_value *keys, size_t n,
		hz_value processor, hz_items **out, hz_error *err);
extern inline hz_err hz_map_execute_on_entries(hz_map *map, hz_value processor, const hz_pred *pred,
		hz_items **out, hz_error *err);
extern inline hz_err hz_map_add_interceptor(
		hz_map *map, hz_value interceptor, hz_value *id, hz_error *err);
extern inline hz_err hz_map_remove_interceptor(
		hz_map *map, const char *id, bool *done, hz_error *err);

extern inline hz_err hz_map_lock(
		hz_map *map, hz_value key, const hz_lock_options *options, hz_error *err);
extern inline hz_err hz_map_try_lock(hz_map *map, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options, bool *done, hz_error *err);
extern inline hz_err hz_map_unlock(hz_map *map, hz_value key, hz_error *err);
extern inline hz_err hz_map_force_unlock(hz_map *map, hz_value key, hz_error *err);
extern inline hz_err hz_map_is_locked(hz_map *map, hz_value key, bool *out, hz_error *err);

extern inline hz_err hz_map_get_entry_view(
		hz_map *map, hz_value key, hz_entry_view **view, hz_error *err);

extern inline hz_err hz_cp_groups(hz_client *client, hz_cp_group_list **out, hz_error *err);
extern inline hz_err hz_cp_objects(hz_client *client, const hz_cp_group *group, const char *service,
		const hz_cp_objects_options *options, hz_objects **out, hz_error *err);

extern inline hz_err hz_client_objects(hz_client *client, hz_objects **out, hz_error *err);

extern inline hz_err hz_queue_destroy(hz_queue **queue, hz_error *err);
extern inline hz_err hz_queue_add(hz_queue *queue, hz_value item, hz_error *err);
extern inline hz_err hz_queue_offer(
		hz_queue *queue, hz_value item, int64_t timeout_ms, bool *done, hz_error *err);
extern inline hz_err hz_queue_put(hz_queue *queue, hz_value item, hz_error *err);
extern inline hz_err hz_queue_add_all(
		hz_queue *queue, const hz_value *items, size_t n, hz_error *err);
extern inline hz_err hz_queue_poll(
		hz_queue *queue, int64_t timeout_ms, hz_value *out, hz_error *err);
extern inline hz_err hz_queue_take(hz_queue *queue, hz_value *out, hz_error *err);
extern inline hz_err hz_queue_drain(hz_queue *queue, int32_t max, hz_items **out, hz_error *err);
extern inline hz_err hz_queue_remove(hz_queue *queue, hz_value item, bool *done, hz_error *err);
extern inline hz_err hz_queue_remove_all(
		hz_queue *queue, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_queue_retain_all(
		hz_queue *queue, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_queue_clear(hz_queue *queue, hz_error *err);
extern inline hz_err hz_queue_peek(hz_queue *queue, hz_value *out, hz_error *err);
extern inline hz_err hz_queue_element(hz_queue *queue, hz_value *out, hz_error *err);
extern inline hz_err hz_queue_items(hz_queue *queue, hz_items **out, hz_error *err);
extern inline hz_err hz_queue_contains(hz_queue *queue, hz_value item, bool *out, hz_error *err);
extern inline hz_err hz_queue_contains_all(
		hz_queue *queue, const hz_value *items, size_t n, bool *out, hz_error *err);
extern inline hz_err hz_queue_size(hz_queue *queue, int32_t *out, hz_error *err);
extern inline hz_err hz_queue_is_empty(hz_queue *queue, bool *out, hz_error *err);
extern inline hz_err hz_queue_remaining_capacity(hz_queue *queue, int32_t *out, hz_error *err);

extern inline hz_err hz_list_destroy(hz_list **list, hz_error *err);
extern inline hz_err hz_list_add(hz_list *list, hz_value item, bool *done, hz_error *err);
extern inline hz_err hz_list_insert(hz_list *list, int32_t index, hz_value item, hz_error *err);
extern inline hz_err hz_list_add_all(
		hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_list_insert_all(hz_list *list, int32_t index, const hz_value *items,
		size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_list_set(
		hz_list *list, int32_t index, hz_value item, hz_value *old, hz_error *err);
extern inline hz_err hz_list_remove(hz_list *list, hz_value item, bool *done, hz_error *err);
extern inline hz_err hz_list_remove_at(hz_list *list, int32_t index, hz_value *old, hz_error *err);
extern inline hz_err hz_list_remove_all(
		hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_list_retain_all(
		hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_list_clear(hz_list *list, hz_error *err);
extern inline hz_err hz_list_get(hz_list *list, int32_t index, hz_value *out, hz_error *err);
extern inline hz_err hz_list_items(hz_list *list, hz_items **out, hz_error *err);
extern inline hz_err hz_list_items_from(
		hz_list *list, int32_t index, hz_items **out, hz_error *err);
extern inline hz_err hz_list_sub(
		hz_list *list, int32_t from, int32_t to, hz_items **out, hz_error *err);
extern inline hz_err hz_list_index_of(hz_list *list, hz_value item, int32_t *out, hz_error *err);
extern inline hz_err hz_list_last_index_of(
		hz_list *list, hz_value item, int32_t *out, hz_error *err);
extern inline hz_err hz_list_contains(hz_list *list, hz_value item, bool *out, hz_error *err);
extern inline hz_err hz_list_contains_all(
		hz_list *list, const hz_value *items, size_t n, bool *out, hz_error *err);
extern inline hz_err hz_list_size(hz_list *list, int32_t *out, hz_error *err);
extern inline hz_err hz_list_is_empty(hz_list *list, bool *out, hz_error *err);

extern inline hz_err hz_set_destroy(hz_set **set, hz_error *err);
extern inline hz_err hz_set_add(hz_set *set, hz_value item, bool *done, hz_error *err);
extern inline hz_err hz_set_add_all(
		hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_set_remove(hz_set *set, hz_value item, bool *done, hz_error *err);
extern inline hz_err hz_set_remove_all(
		hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_set_retain_all(
		hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err);
extern inline hz_err hz_set_clear(hz_set *set, hz_error *err);
extern inline hz_err hz_set_items(hz_set *set, hz_items **out, hz_error *err);
extern inline hz_err hz_set_contains(hz_set *set, hz_value item, bool *out, hz_error *err);
extern inline hz_err hz_set_contains_all(
		hz_set *set, const hz_value *items, size_t n, bool *out, hz_error *err);
extern inline hz_err hz_set_size(hz_set *set, int32_t *out, hz_error *err);
extern inline hz_err hz_set_is_empty(hz_set *set, bool *out, hz_error *err);

extern inline hz_err hz_pn_counter_destroy(hz_pn_counter **counter, hz_error *err);
extern inline hz_err hz_pn_counter_get(hz_pn_counter *counter, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_get_and_add(
		hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_add_and_get(
		hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_get_and_subtract(
		hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_subtract_and_get(
		hz_pn_counter *counter, int64_t delta, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_get_and_increment(
		hz_pn_counter *counter, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_increment_and_get(
		hz_pn_counter *counter, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_get_and_decrement(
		hz_pn_counter *counter, int64_t *out, hz_error *err);
extern inline hz_err hz_pn_counter_decrement_and_get(
		hz_pn_counter *counter, int64_t *out, hz_error *err);

extern inline hz_err hz_flake_id_generator_destroy(
		hz_flake_id_generator **generator, hz_error *err);
extern inline hz_err hz_flake_id_generator_new_id(
		hz_flake_id_generator *generator, int64_t *id, hz_error *err);

extern inline hz_err hz_cardinality_estimator_destroy(
		hz_cardinality_estimator **estimator, hz_error *err);
extern inline hz_err hz_cardinality_estimator_add(
		hz_cardinality_estimator *estimator, hz_value value, hz_error *err);
extern inline hz_err hz_cardinality_estimator_estimate(
		hz_cardinality_estimator *estimator, int64_t *out, hz_error *err);

extern inline hz_err hz_topic_destroy(hz_topic **topic, hz_error *err);
extern inline hz_err hz_topic_publish(hz_topic *topic, hz_value message, hz_error *err);
extern inline hz_err hz_topic_publish_all(
		hz_topic *topic, const hz_value *messages, size_t n, hz_error *err);
extern inline hz_err hz_multimap_destroy(hz_multimap **multimap, hz_error *err);
extern inline hz_err hz_multimap_put(
		hz_multimap *multimap, hz_value key, hz_value value, bool *done, hz_error *err);
extern inline hz_err hz_multimap_put_all(
		hz_multimap *multimap, const hz_entry *entries, size_t n, hz_error *err);
extern inline hz_err hz_multimap_remove(
		hz_multimap *multimap, hz_value key, hz_value value, bool *done, hz_error *err);
extern inline hz_err hz_multimap_remove_all(
		hz_multimap *multimap, hz_value key, hz_items **old, hz_error *err);
extern inline hz_err hz_multimap_delete(hz_multimap *multimap, hz_value key, hz_error *err);
extern inline hz_err hz_multimap_clear(hz_multimap *multimap, hz_error *err);
extern inline hz_err hz_multimap_get(
		hz_multimap *multimap, hz_value key, hz_items **out, hz_error *err);
extern inline hz_err hz_multimap_value_count(
		hz_multimap *multimap, hz_value key, int32_t *out, hz_error *err);
extern inline hz_err hz_multimap_contains_key(
		hz_multimap *multimap, hz_value key, bool *out, hz_error *err);
extern inline hz_err hz_multimap_contains_value(
		hz_multimap *multimap, hz_value value, bool *out, hz_error *err);
extern inline hz_err hz_multimap_contains_entry(
		hz_multimap *multimap, hz_value key, hz_value value, bool *out, hz_error *err);
extern inline hz_err hz_multimap_size(hz_multimap *multimap, int32_t *out, hz_error *err);
extern inline hz_err hz_multimap_key_set(hz_multimap *multimap, hz_items **out, hz_error *err);
extern inline hz_err hz_multimap_values(hz_multimap *multimap, hz_items **out, hz_error *err);
extern inline hz_err hz_multimap_entry_set(hz_multimap *multimap, hz_items **out, hz_error *err);
extern inline hz_err hz_multimap_lock(
		hz_multimap *multimap, hz_value key, const hz_lock_options *options, hz_error *err);
extern inline hz_err hz_multimap_try_lock(hz_multimap *multimap, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options, bool *done, hz_error *err);
extern inline hz_err hz_multimap_unlock(hz_multimap *multimap, hz_value key, hz_error *err);
extern inline hz_err hz_multimap_force_unlock(hz_multimap *multimap, hz_value key, hz_error *err);
extern inline hz_err hz_multimap_is_locked(
		hz_multimap *multimap, hz_value key, bool *out, hz_error *err);
extern inline hz_err hz_ringbuffer_destroy(hz_ringbuffer **ring, hz_error *err);
extern inline hz_err hz_ringbuffer_capacity(hz_ringbuffer *ring, int64_t *out, hz_error *err);
extern inline hz_err hz_ringbuffer_size(hz_ringbuffer *ring, int64_t *out, hz_error *err);
extern inline hz_err hz_ringbuffer_head_sequence(hz_ringbuffer *ring, int64_t *out, hz_error *err);
extern inline hz_err hz_ringbuffer_tail_sequence(hz_ringbuffer *ring, int64_t *out, hz_error *err);
extern inline hz_err hz_ringbuffer_remaining_capacity(
		hz_ringbuffer *ring, int64_t *out, hz_error *err);
extern inline hz_err hz_ringbuffer_add(hz_ringbuffer *ring, hz_value item, hz_overflow overflow,
		int64_t *sequence, hz_error *err);
extern inline hz_err hz_ringbuffer_add_all(hz_ringbuffer *ring, const hz_value *items, size_t n,
		hz_overflow overflow, int64_t *last, hz_error *err);
extern inline hz_err hz_ringbuffer_read_one(
		hz_ringbuffer *ring, int64_t sequence, hz_value *out, hz_error *err);
extern inline hz_err hz_ringbuffer_read_many(hz_ringbuffer *ring, int64_t from, int32_t min,
		int32_t max, hz_items **out, hz_error *err);
extern inline hz_err hz_ringbuffer_read_filtered(hz_ringbuffer *ring, int64_t from, int32_t min,
		int32_t max, hz_value filter, hz_items **out, hz_error *err);

extern inline hz_err hz_atomic_long_destroy(hz_atomic_long **number, hz_error *err);
extern inline hz_err hz_atomic_long_get(hz_atomic_long *number, int64_t *out, hz_error *err);
extern inline hz_err hz_atomic_long_set(hz_atomic_long *number, int64_t value, hz_error *err);
extern inline hz_err hz_atomic_long_get_and_set(
		hz_atomic_long *number, int64_t value, int64_t *old, hz_error *err);
extern inline hz_err hz_atomic_long_compare_and_set(
		hz_atomic_long *number, int64_t expected, int64_t value, bool *done, hz_error *err);
extern inline hz_err hz_atomic_long_add_and_get(
		hz_atomic_long *number, int64_t delta, int64_t *out, hz_error *err);
extern inline hz_err hz_atomic_long_get_and_add(
		hz_atomic_long *number, int64_t delta, int64_t *old, hz_error *err);
extern inline hz_err hz_atomic_long_increment_and_get(
		hz_atomic_long *number, int64_t *out, hz_error *err);
extern inline hz_err hz_atomic_long_decrement_and_get(
		hz_atomic_long *number, int64_t *out, hz_error *err);
extern inline hz_err hz_atomic_long_get_and_increment(
		hz_atomic_long *number, int64_t *old, hz_error *err);
extern inline hz_err hz_atomic_long_get_and_decrement(
		hz_atomic_long *number, int64_t *old, hz_error *err);
extern inline hz_err hz_atomic_long_alter(hz_atomic_long *number, hz_value function, hz_error *err);
extern inline hz_err hz_atomic_long_alter_and_get(
		hz_atomic_long *number, hz_value function, int64_t *out, hz_error *err);
extern inline hz_err hz_atomic_long_get_and_alter(
		hz_atomic_long *number, hz_value function, int64_t *old, hz_error *err);
extern inline hz_err hz_atomic_long_apply(
		hz_atomic_long *number, hz_value function, hz_value *out, hz_error *err);

extern inline hz_err hz_replicated_map_destroy(hz_replicated_map **map, hz_error *err);
extern inline hz_err hz_replicated_map_put(hz_replicated_map *map, hz_value key, hz_value value,
		int64_t ttl_ms, hz_value *old, hz_error *err);
extern inline hz_err hz_replicated_map_put_all(
		hz_replicated_map *map, const hz_entry *entries, size_t n, hz_error *err);
extern inline hz_err hz_replicated_map_remove(
		hz_replicated_map *map, hz_value key, hz_value *old, hz_error *err);
extern inline hz_err hz_replicated_map_clear(hz_replicated_map *map, hz_error *err);
extern inline hz_err hz_replicated_map_get(
		hz_replicated_map *map, hz_value key, hz_value *out, hz_error *err);
extern inline hz_err hz_replicated_map_contains_key(
		hz_replicated_map *map, hz_value key, bool *out, hz_error *err);
extern inline hz_err hz_replicated_map_contains_value(
		hz_replicated_map *map, hz_value value, bool *out, hz_error *err);
extern inline hz_err hz_replicated_map_size(hz_replicated_map *map, int32_t *out, hz_error *err);
extern inline hz_err hz_replicated_map_is_empty(hz_replicated_map *map, bool *out, hz_error *err);
extern inline hz_err hz_replicated_map_key_set(
		hz_replicated_map *map, hz_items **out, hz_error *err);
extern inline hz_err hz_replicated_map_values(
		hz_replicated_map *map, hz_items **out, hz_error *err);
extern inline hz_err hz_replicated_map_entry_set(
		hz_replicated_map *map, hz_items **out, hz_error *err);
extern inline hz_err hz_reliable_topic_destroy(hz_reliable_topic **topic, hz_error *err);
extern inline hz_err hz_reliable_topic_publish(
		hz_reliable_topic *topic, hz_value message, int64_t *sequence, hz_error *err);
extern inline hz_err hz_reliable_topic_publish_all(hz_reliable_topic *topic,
		const hz_value *messages, size_t n, int64_t *last, hz_error *err);
extern inline hz_err hz_count_down_latch_destroy(hz_count_down_latch **latch, hz_error *err);
extern inline hz_err hz_count_down_latch_await(hz_count_down_latch *latch, hz_error *err);
extern inline hz_err hz_count_down_latch_try_await(
		hz_count_down_latch *latch, int64_t timeout_ms, bool *zero, hz_error *err);
extern inline hz_err hz_count_down_latch_count_down(hz_count_down_latch *latch, hz_error *err);
extern inline hz_err hz_count_down_latch_get_count(
		hz_count_down_latch *latch, int32_t *count, hz_error *err);
extern inline hz_err hz_count_down_latch_try_set_count(
		hz_count_down_latch *latch, int32_t count, bool *done, hz_error *err);

extern inline hz_err hz_atomic_reference_destroy(hz_atomic_reference **reference, hz_error *err);
extern inline hz_err hz_atomic_reference_get(
		hz_atomic_reference *reference, hz_value *out, hz_error *err);
extern inline hz_err hz_atomic_reference_is_null(
		hz_atomic_reference *reference, bool *out, hz_error *err);
extern inline hz_err hz_atomic_reference_contains(
		hz_atomic_reference *reference, hz_value value, bool *out, hz_error *err);
extern inline hz_err hz_atomic_reference_set(
		hz_atomic_reference *reference, hz_value value, hz_error *err);
extern inline hz_err hz_atomic_reference_clear(hz_atomic_reference *reference, hz_error *err);
extern inline hz_err hz_atomic_reference_get_and_set(
		hz_atomic_reference *reference, hz_value value, hz_value *old, hz_error *err);
extern inline hz_err hz_atomic_reference_set_and_get(
		hz_atomic_reference *reference, hz_value value, hz_value *out, hz_error *err);
extern inline hz_err hz_atomic_reference_compare_and_set(hz_atomic_reference *reference,
		hz_value expected, hz_value value, bool *done, hz_error *err);
extern inline hz_err hz_atomic_reference_alter(
		hz_atomic_reference *reference, hz_value function, hz_error *err);
extern inline hz_err hz_atomic_reference_alter_and_get(
		hz_atomic_reference *reference, hz_value function, hz_value *out, hz_error *err);
extern inline hz_err hz_atomic_reference_get_and_alter(
		hz_atomic_reference *reference, hz_value function, hz_value *old, hz_error *err);
extern inline hz_err hz_atomic_reference_apply(
		hz_atomic_reference *reference, hz_value function, hz_value *out, hz_error *err);
extern inline hz_err hz_fenced_lock_destroy(hz_fenced_lock **lock, hz_error *err);
extern inline hz_err hz_fenced_lock_lock(hz_fenced_lock *lock, int64_t *fence, hz_error *err);
extern inline hz_err hz_fenced_lock_try_lock(
		hz_fenced_lock *lock, int64_t timeout_ms, int64_t *fence, hz_error *err);
extern inline hz_err hz_fenced_lock_lock_lease(
		hz_fenced_lock *lock, int64_t lease_ms, int64_t *fence, hz_error *err);
extern inline hz_err hz_fenced_lock_try_lock_lease(hz_fenced_lock *lock, int64_t timeout_ms,
		int64_t lease_ms, int64_t *fence, hz_error *err);
extern inline hz_err hz_fenced_lock_force_unlock(hz_fenced_lock *lock, hz_error *err);
extern inline hz_err hz_fenced_lock_get_remaining_lease(
		hz_fenced_lock *lock, int64_t *ms, hz_error *err);
extern inline hz_err hz_fenced_lock_unlock(hz_fenced_lock *lock, hz_error *err);
extern inline hz_err hz_fenced_lock_is_locked(hz_fenced_lock *lock, bool *locked, hz_error *err);
extern inline hz_err hz_fenced_lock_is_locked_by_current_owner(
		hz_fenced_lock *lock, bool *mine, hz_error *err);
extern inline hz_err hz_fenced_lock_get_lock_count(
		hz_fenced_lock *lock, int32_t *count, hz_error *err);
extern inline hz_err hz_fenced_lock_get_fence(hz_fenced_lock *lock, int64_t *fence, hz_error *err);

extern inline hz_err hz_semaphore_destroy(hz_semaphore **semaphore, hz_error *err);
extern inline hz_err hz_semaphore_acquire(hz_semaphore *semaphore, int32_t permits, hz_error *err);
extern inline hz_err hz_semaphore_try_acquire(hz_semaphore *semaphore, int32_t permits,
		int64_t timeout_ms, bool *acquired, hz_error *err);
extern inline hz_err hz_semaphore_release(hz_semaphore *semaphore, int32_t permits, hz_error *err);
extern inline hz_err hz_semaphore_drain_permits(
		hz_semaphore *semaphore, int32_t *permits, hz_error *err);
extern inline hz_err hz_semaphore_init(
		hz_semaphore *semaphore, int32_t permits, bool *done, hz_error *err);
extern inline hz_err hz_semaphore_available_permits(
		hz_semaphore *semaphore, int32_t *permits, hz_error *err);
extern inline hz_err hz_semaphore_reduce_permits(
		hz_semaphore *semaphore, int32_t permits, hz_error *err);
extern inline hz_err hz_semaphore_increase_permits(
		hz_semaphore *semaphore, int32_t permits, hz_error *err);

extern inline hz_err hz_id_generator_destroy(hz_id_generator **generator, hz_error *err);
extern inline hz_err hz_id_generator_init(
		hz_id_generator *generator, int64_t id, bool *done, hz_error *err);
extern inline hz_err hz_id_generator_new_id(hz_id_generator *generator, int64_t *id, hz_error *err);
