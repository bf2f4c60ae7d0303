// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/map_query.h>

#include "base/fail.h"
#include "protocol/gen/map.h"
#include "protocol/gen/types.h"
#include "proxies/map.h"
#include "serialization/builtin.h"

#include <stdlib.h>

#define ATTRIBUTES_MAX 255 // the members' limit

static const hzi_op ADD_INDEX = {&HZP_MAP_ADD_INDEX, HZ_RESULT_NONE, 0, NULL};

// For maps that keep their indexes on disk. Members since 5.2 cannot do without it, so they are sent
// what they would take themselves: pages of 16 KiB, 256 MiB in memory.
static const hzp_b_tree_index_config B_TREE = {
		.present = true,
		.page_size = {.present = true, .value = 16, .unit = 1},
		.memory_tier_config = {.present = true,
				.capacity = {.present = true, .value = 256, .unit = 2}},
};

static bool
is_text(const char *text)
{
	return text == NULL || hzi_check_text(text, strlen(text), NULL) == HZ_OK;
}

static const char *
find_fault(const char *const *attributes, size_t n, const hz_index_options *options)
{
	if ((unsigned)options->type > HZ_INDEX_BITMAP ||
			(unsigned)options->unique_key_as > HZ_UNIQUE_KEY_RAW) {
		return "no such kind of index";
	}
	if (attributes == NULL || n == 0 || n > ATTRIBUTES_MAX) {
		return "not 1 to 255 attributes";
	}
	if (options->type == HZ_INDEX_BITMAP && n != 1) {
		return "a bitmap index is over one attribute";
	}
	for (size_t i = 0; i < n; i++) {
		if (attributes[i] == NULL || attributes[i][0] == '\0' || !is_text(attributes[i])) {
			return "an attribute is NULL, empty or not UTF-8";
		}
	}
	return is_text(options->name) && is_text(options->unique_key)
			? NULL
			: "the name or the unique key of an index is not UTF-8";
}

static hz_future
send(hzi_call *call, const hz_map *map, const char *const *attributes, size_t n,
		const hz_index_options *options)
{
	hzp_bytes *names = calloc(n, sizeof(*names));
	if (names == NULL) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for an index");
	}
	for (size_t i = 0; i < n; i++) {
		names[i] = hzp_str(attributes[i]);
	}
	hzp_map_add_index_request request = {.name = hzi_handle_name(&map->handle)};
	request.index_config = (hzp_index_config){
			.present = true,
			.name = hzp_str(options->name),
			.attributes = HZP_LIST(names, n),
			.b_tree_index_config = B_TREE,
			.type = (int32_t)options->type,
	};
	if (options->type == HZ_INDEX_BITMAP) {
		const char *key = options->unique_key != NULL ? options->unique_key : HZ_ATTR_KEY;
		request.index_config.bitmap_index_options = (hzp_bitmap_index_options){
				.present = true,
				.unique_key = hzp_str(key),
				.unique_key_transformation = (int32_t)options->unique_key_as,
		};
	}
	hz_future future = hzi_call_submit(call, &request);
	free(names);
	return future;
}

HZ_API hz_future
hz_map_add_index_async(
		hz_map *map, const char *const *attributes, size_t n, const hz_index_options *given)
{
	hzi_call *call;
	hz_future future;
	hz_index_options options;
	if (!hzi_call_begin(hzi_map_handle(map), &ADD_INDEX, &call, &future)) {
		return future;
	}
	const char *fault = hzi_options_copy(&options, sizeof(options), given)
			? find_fault(attributes, n, &options)
			: "index options without their size";
	return fault != NULL ? hzi_call_refuse(call, HZ_ERR_ARGUMENT, fault)
			     : send(call, map, attributes, n, &options);
}
