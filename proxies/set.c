// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/set.h"
#include "proxies/handle_api.h"
#include "proxies/listen.h"

#include <hazelcast/object.h>
#include <hazelcast/set.h>

struct hz_set {
	hzi_handle handle;
};

static const hzi_op ADD = {&HZP_SET_ADD, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ADD_ALL = {&HZP_SET_ADD_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE = {&HZP_SET_REMOVE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE_ALL = {&HZP_SET_COMPARE_AND_REMOVE_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op RETAIN_ALL = {&HZP_SET_COMPARE_AND_RETAIN_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CLEAR = {&HZP_SET_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CONTAINS = {&HZP_SET_CONTAINS, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_ALL = {&HZP_SET_CONTAINS_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ITEMS = {&HZP_SET_GET_ALL, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op SIZE = {&HZP_SET_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op IS_EMPTY = {&HZP_SET_IS_EMPTY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ADD_LISTENER = {
		&HZP_SET_ADD_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {&HZP_SET_REMOVE_LISTENER, HZ_RESULT_BOOL, 0, NULL};

HZI_HANDLE_API(set, HZ_SERVICE_SET)

// ---- Changing ----

HZ_API hz_future
hz_set_add_async(hz_set *set, hz_value item)
{
	return hzi_send_value(handle_of(set), &ADD, item);
}

HZ_API hz_future
hz_set_add_all_async(hz_set *set, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(set), &ADD_ALL, items, n);
}

HZ_API hz_future
hz_set_remove_async(hz_set *set, hz_value item)
{
	return hzi_send_value(handle_of(set), &REMOVE, item);
}

HZ_API hz_future
hz_set_remove_all_async(hz_set *set, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(set), &REMOVE_ALL, items, n);
}

HZ_API hz_future
hz_set_retain_all_async(hz_set *set, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(set), &RETAIN_ALL, items, n);
}

HZ_API hz_future
hz_set_clear_async(hz_set *set)
{
	return hzi_send_name(handle_of(set), &CLEAR);
}

// ---- Looking ----

HZ_API hz_future
hz_set_items_async(hz_set *set)
{
	return hzi_send_name(handle_of(set), &ITEMS);
}

HZ_API hz_future
hz_set_contains_async(hz_set *set, hz_value item)
{
	return hzi_send_value(handle_of(set), &CONTAINS, item);
}

HZ_API hz_future
hz_set_contains_all_async(hz_set *set, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(set), &CONTAINS_ALL, items, n);
}

HZ_API hz_future
hz_set_size_async(hz_set *set)
{
	return hzi_send_name(handle_of(set), &SIZE);
}

HZ_API hz_future
hz_set_is_empty_async(hz_set *set)
{
	return hzi_send_name(handle_of(set), &IS_EMPTY);
}

// ---- Listening ----

HZ_API hz_err
hz_set_listen(hz_set *set, const hz_item_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class items = HZI_ITEM_CLASS(&ADD_LISTENER, &REMOVE_LISTENER);
	return hzi_item_listen(handle_of(set), &items, listener, options, id, err);
}
