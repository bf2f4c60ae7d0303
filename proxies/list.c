// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/list.h"
#include "proxies/handle_api.h"
#include "proxies/listen.h"

#include <hazelcast/list.h>
#include <hazelcast/object.h>

struct hz_list {
	hzi_handle handle;
};

// send_index fills one struct for the three messages that have a name and an index.
_Static_assert(sizeof(hzp_list_get_request) == sizeof(hzp_list_remove_with_index_request) &&
				sizeof(hzp_list_get_request) ==
						sizeof(hzp_list_list_iterator_request),
		"filled alike");

static const hzi_op ADD = {&HZP_LIST_ADD, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ADD_ALL = {&HZP_LIST_ADD_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE = {&HZP_LIST_REMOVE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE_ALL = {&HZP_LIST_COMPARE_AND_REMOVE_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op RETAIN_ALL = {&HZP_LIST_COMPARE_AND_RETAIN_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CLEAR = {&HZP_LIST_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CONTAINS = {&HZP_LIST_CONTAINS, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_ALL = {&HZP_LIST_CONTAINS_ALL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ITEMS = {&HZP_LIST_GET_ALL, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op SIZE = {&HZP_LIST_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op IS_EMPTY = {&HZP_LIST_IS_EMPTY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op INSERT = {&HZP_LIST_ADD_WITH_INDEX, HZ_RESULT_NONE, 0, NULL};
static const hzi_op INSERT_ALL = {&HZP_LIST_ADD_ALL_WITH_INDEX, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op GET = {&HZP_LIST_GET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op SET = {&HZP_LIST_SET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op REMOVE_AT = {&HZP_LIST_REMOVE_WITH_INDEX, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op INDEX_OF = {&HZP_LIST_INDEX_OF, HZ_RESULT_I32, 0, NULL};
static const hzi_op LAST_INDEX_OF = {&HZP_LIST_LAST_INDEX_OF, HZ_RESULT_I32, 0, NULL};
static const hzi_op SUB = {&HZP_LIST_SUB, HZ_RESULT_ITEMS, 0, NULL};
// Members answer List.listIterator with the response message of List.iterator.
static const hzp_operation LIST_ITERATOR = {
		.request = &HZP_LIST_LIST_ITERATOR_REQUEST,
		.response = &HZP_LIST_ITERATOR_RESPONSE,
};
static const hzi_op FROM = {&LIST_ITERATOR, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ADD_LISTENER = {
		&HZP_LIST_ADD_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {&HZP_LIST_REMOVE_LISTENER, HZ_RESULT_BOOL, 0, NULL};

// To members -1 means the end of the list, which nobody expects of an index.
static const char BELOW_ZERO[] = "negative index";

HZI_HANDLE_API(list, HZ_SERVICE_LIST)

// ---- Changing ----

HZ_API hz_future
hz_list_add_async(hz_list *list, hz_value item)
{
	return hzi_send_value(handle_of(list), &ADD, item);
}

HZ_API hz_future
hz_list_insert_async(hz_list *list, int32_t index, hz_value item)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(list), &INSERT, &call, &future)) {
		return future;
	}
	if (index < 0) {
		return hzi_call_refuse(call, HZ_ERR_RANGE, BELOW_ZERO);
	}
	hzp_list_add_with_index_request request = {
			.name = hzi_handle_name(&list->handle),
			.index = index,
	};
	if (!hzi_call_data(call, &item, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_list_add_all_async(hz_list *list, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(list), &ADD_ALL, items, n);
}

HZ_API hz_future
hz_list_insert_all_async(hz_list *list, int32_t index, const hz_value *items, size_t n)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(list), &INSERT_ALL, &call, &future)) {
		return future;
	}
	if (index < 0) {
		return hzi_call_refuse(call, HZ_ERR_RANGE, BELOW_ZERO);
	}
	hzp_list_add_all_with_index_request request = {
			.name = hzi_handle_name(&list->handle),
			.index = index,
	};
	if (!hzi_call_values(call, items, n, &request.value_list)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_list_set_async(hz_list *list, int32_t index, hz_value item)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(list), &SET, &call, &future)) {
		return future;
	}
	hzp_list_set_request request = {
			.name = hzi_handle_name(&list->handle),
			.index = index,
	};
	if (!hzi_call_data(call, &item, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_list_remove_async(hz_list *list, hz_value item)
{
	return hzi_send_value(handle_of(list), &REMOVE, item);
}

// name, index
static hz_future
send_index(hz_list *list, const hzi_op *op, int32_t index)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(list), op, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_list_get_request){
					.name = hzi_handle_name(&list->handle),
					.index = index,
			});
}

HZ_API hz_future
hz_list_remove_at_async(hz_list *list, int32_t index)
{
	return send_index(list, &REMOVE_AT, index);
}

HZ_API hz_future
hz_list_remove_all_async(hz_list *list, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(list), &REMOVE_ALL, items, n);
}

HZ_API hz_future
hz_list_retain_all_async(hz_list *list, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(list), &RETAIN_ALL, items, n);
}

HZ_API hz_future
hz_list_clear_async(hz_list *list)
{
	return hzi_send_name(handle_of(list), &CLEAR);
}

// ---- Looking ----

HZ_API hz_future
hz_list_get_async(hz_list *list, int32_t index)
{
	return send_index(list, &GET, index);
}

HZ_API hz_future
hz_list_items_async(hz_list *list)
{
	return hzi_send_name(handle_of(list), &ITEMS);
}

HZ_API hz_future
hz_list_items_from_async(hz_list *list, int32_t index)
{
	return send_index(list, &FROM, index);
}

HZ_API hz_future
hz_list_sub_async(hz_list *list, int32_t from, int32_t to)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(list), &SUB, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_list_sub_request){
					.name = hzi_handle_name(&list->handle),
					.from = from,
					.to = to,
			});
}

HZ_API hz_future
hz_list_index_of_async(hz_list *list, hz_value item)
{
	return hzi_send_value(handle_of(list), &INDEX_OF, item);
}

HZ_API hz_future
hz_list_last_index_of_async(hz_list *list, hz_value item)
{
	return hzi_send_value(handle_of(list), &LAST_INDEX_OF, item);
}

HZ_API hz_future
hz_list_contains_async(hz_list *list, hz_value item)
{
	return hzi_send_value(handle_of(list), &CONTAINS, item);
}

HZ_API hz_future
hz_list_contains_all_async(hz_list *list, const hz_value *items, size_t n)
{
	return hzi_send_values(handle_of(list), &CONTAINS_ALL, items, n);
}

HZ_API hz_future
hz_list_size_async(hz_list *list)
{
	return hzi_send_name(handle_of(list), &SIZE);
}

HZ_API hz_future
hz_list_is_empty_async(hz_list *list)
{
	return hzi_send_name(handle_of(list), &IS_EMPTY);
}

// ---- Listening ----

HZ_API hz_err
hz_list_listen(hz_list *list, const hz_item_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class items = HZI_ITEM_CLASS(&ADD_LISTENER, &REMOVE_LISTENER);
	return hzi_item_listen(handle_of(list), &items, listener, options, id, err);
}
