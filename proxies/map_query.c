// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/map_query.h>

#include "protocol/gen/map.h"
#include "proxies/map.h"
#include "proxies/query.h"
#include "serialization/aggregator.h"

static const hzi_op KEY_SET = {&HZP_MAP_KEY_SET_WITH_PREDICATE, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op VALUES = {&HZP_MAP_VALUES_WITH_PREDICATE, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ENTRIES = {&HZP_MAP_ENTRIES_WITH_PREDICATE, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op REMOVE_ALL = {&HZP_MAP_REMOVE_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op AGGREGATE = {&HZP_MAP_AGGREGATE, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op AGGREGATE_WHERE = {&HZP_MAP_AGGREGATE_WITH_PREDICATE, HZ_RESULT_VALUE, 0, NULL};
// Members answer a projection of all entries as they answer one with a predicate.
static const hzp_operation PROJECT_ALL = {
		.request = &HZP_MAP_PROJECT_REQUEST,
		.response = &HZP_MAP_PROJECT_RESPONSE,
		.or_response = &HZP_MAP_PROJECT_WITH_PREDICATE_RESPONSE,
};
static const hzi_op PROJECT = {&PROJECT_ALL, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op PROJECT_WHERE = {&HZP_MAP_PROJECT_WITH_PREDICATE, HZ_RESULT_ITEMS, 0, NULL};

// Requests of one predicate have the same fields, and so have those of an object and a predicate;
// without a predicate they are shorter.
typedef struct where_request {
	hzp_bytes name;
	hzp_bytes predicate;
} where_request;

typedef struct object_request {
	hzp_bytes name;
	hzp_bytes object;
	hzp_bytes predicate;
} object_request;

_Static_assert(sizeof(where_request) == sizeof(hzp_map_remove_all_request), "same fields");
_Static_assert(sizeof(where_request) == sizeof(hzp_map_key_set_with_predicate_request),
		"same fields");
_Static_assert(sizeof(object_request) == sizeof(hzp_map_aggregate_with_predicate_request),
		"same fields");
_Static_assert(sizeof(object_request) == sizeof(hzp_map_project_with_predicate_request),
		"same fields");

static hz_future
send_where(hz_map *map, const hzi_op *op, const hz_pred *pred)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), op, &call, &future)) {
		return future;
	}
	where_request request = {.name = hzi_handle_name(&map->handle)};
	if (!hzi_call_predicate(call, pred, &request.predicate)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_key_set_where_async(hz_map *map, const hz_pred *pred)
{
	return send_where(map, &KEY_SET, pred);
}

HZ_API hz_future
hz_map_values_where_async(hz_map *map, const hz_pred *pred)
{
	return send_where(map, &VALUES, pred);
}

HZ_API hz_future
hz_map_entry_set_where_async(hz_map *map, const hz_pred *pred)
{
	return send_where(map, &ENTRIES, pred);
}

HZ_API hz_future
hz_map_remove_all_async(hz_map *map, const hz_pred *pred)
{
	return send_where(map, &REMOVE_ALL, pred);
}

static hz_future
send_object(hz_map *map, const hzi_op *op, const hzi_object *object, const hz_pred *pred)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), op, &call, &future)) {
		return future;
	}
	object_request request = {.name = hzi_handle_name(&map->handle)};
	if (!hzi_call_object(call, object, &request.object) ||
			(pred != NULL && !hzi_call_predicate(call, pred, &request.predicate))) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_aggregate_async(hz_map *map, const hz_agg *aggregator, const hz_pred *pred)
{
	return send_object(map, pred != NULL ? &AGGREGATE_WHERE : &AGGREGATE,
			aggregator != NULL ? &aggregator->object : NULL, pred);
}

HZ_API hz_future
hz_map_project_async(hz_map *map, const hz_proj *projection, const hz_pred *pred)
{
	return send_object(map, pred != NULL ? &PROJECT_WHERE : &PROJECT,
			projection != NULL ? &projection->object : NULL, pred);
}
