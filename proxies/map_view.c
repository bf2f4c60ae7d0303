// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "protocol/gen/map.h"
#include "proxies/map.h"
#include "serialization/repr.h"

#include <stdlib.h>

static hz_err read_view(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op GET_ENTRY_VIEW = {&HZP_MAP_GET_ENTRY_VIEW, HZ_RESULT_OBJECT, 0, read_view};

// What the application sees is the first member; what it shows belongs to the other two.
typedef struct view {
	hz_entry_view shown;
	hz_value key;
	hz_value value;
} view;

static void
destroy(void *object)
{
	view *made = object;
	hz_value_clear(&made->key);
	hz_value_clear(&made->value);
	free(made);
}

static void
show(view *made, const hzp_simple_entry_view *from, int64_t max_idle)
{
	made->shown = (hz_entry_view){
			.key = hzi_value_lend(&made->key),
			.value = hzi_value_lend(&made->value),
			.cost = from->cost,
			.creation_time_ms = from->creation_time,
			.expiration_time_ms = from->expiration_time,
			.last_access_time_ms = from->last_access_time,
			.last_stored_time_ms = from->last_stored_time,
			.last_update_time_ms = from->last_update_time,
			.hits = from->hits,
			.version = from->version,
			.ttl_ms = from->ttl,
			.max_idle_ms = max_idle,
	};
}

static hz_err
read_view(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_get_entry_view_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK || !response.response.present) {
		return e;
	}
	view *made = calloc(1, sizeof(*made));
	if (made == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for an entry view");
	}
	e = hzi_call_read(call, response.response.key, &made->key, err);
	if (e == HZ_OK) {
		e = hzi_call_read(call, response.response.value, &made->value, err);
	}
	if (e != HZ_OK) {
		destroy(made);
		return e;
	}
	show(made, &response.response, response.max_idle);
	hzi_result_object(out, made, destroy);
	return HZ_OK;
}

HZ_API hz_future
hz_map_get_entry_view_async(hz_map *map, hz_value key)
{
	return hzi_send_key(hzi_map_handle(map), &GET_ENTRY_VIEW, key);
}

HZ_API void
hz_entry_view_destroy(hz_entry_view **shown)
{
	if (shown != NULL && *shown != NULL) {
		destroy(HZI_OUTER(*shown, view, shown));
		*shown = NULL;
	}
}
