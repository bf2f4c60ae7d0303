// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/map.h"
#include "proxies/entry_listen.h"
#include "proxies/map.h"

static const hzi_op ADD = {&HZP_MAP_ADD_ENTRY_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_TO_KEY = {
		&HZP_MAP_ADD_ENTRY_LISTENER_TO_KEY, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_WHERE = {&HZP_MAP_ADD_ENTRY_LISTENER_WITH_PREDICATE, HZ_RESULT_OBJECT,
		HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_TO_KEY_WHERE = {&HZP_MAP_ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE,
		HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE = {&HZP_MAP_REMOVE_ENTRY_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
fill_add(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_map_add_entry_listener_request *)request = (hzp_map_add_entry_listener_request){
			.name = hzp_str(base->name),
			.include_value = l->include_value,
			.listener_flags = l->kinds,
			.local_only = local,
	};
}

static void
fill_add_to_key(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_map_add_entry_listener_to_key_request *)request =
			(hzp_map_add_entry_listener_to_key_request){
					.name = hzp_str(base->name),
					.key = hzi_entry_key(l),
					.include_value = l->include_value,
					.listener_flags = l->kinds,
					.local_only = local,
			};
}

static void
fill_add_where(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_map_add_entry_listener_with_predicate_request *)request =
			(hzp_map_add_entry_listener_with_predicate_request){
					.name = hzp_str(base->name),
					.predicate = hzi_entry_predicate(l),
					.include_value = l->include_value,
					.listener_flags = l->kinds,
					.local_only = local,
			};
}

static void
fill_add_to_key_where(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_map_add_entry_listener_to_key_with_predicate_request *)request =
			(hzp_map_add_entry_listener_to_key_with_predicate_request){
					.name = hzp_str(base->name),
					.key = hzi_entry_key(l),
					.predicate = hzi_entry_predicate(l),
					.include_value = l->include_value,
					.listener_flags = l->kinds,
					.local_only = local,
			};
}

HZ_API hz_err
hz_map_listen(hz_map *map, const hz_entry_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class all_keys = HZI_ENTRY_CLASS(&ADD, &REMOVE, fill_add);
	static const hzi_listener_class one_key =
			HZI_ENTRY_CLASS(&ADD_TO_KEY, &REMOVE, fill_add_to_key);
	static const hzi_listener_class all_where =
			HZI_ENTRY_CLASS(&ADD_WHERE, &REMOVE, fill_add_where);
	static const hzi_listener_class key_where =
			HZI_ENTRY_CLASS(&ADD_TO_KEY_WHERE, &REMOVE, fill_add_to_key_where);
	static const hzi_entry_classes classes = {&all_keys, &one_key, &all_where, &key_where};
	return hzi_entry_listen(hzi_map_handle(map), &classes, listener, options, id, err);
}
