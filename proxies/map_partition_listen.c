// SPDX-License-Identifier: Apache-2.0
//
// The listener for lost partitions of one map.
#include "base/fail.h"
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "proxies/listen.h"
#include "proxies/map.h"

#include <string.h>

static const hzi_op ADD = {
		&HZP_MAP_ADD_PARTITION_LOST_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE = {&HZP_MAP_REMOVE_PARTITION_LOST_LISTENER, HZ_RESULT_BOOL, 0, NULL};

typedef struct lost_listener {
	hzi_listener base;
	hz_map_partition_lost_listener user;
	const char *name; // lives as long as the client
} lost_listener;

static void
fill_add(const hzi_listener *base, bool local, void *request)
{
	const lost_listener *l = HZI_OUTER(base, lost_listener, base);
	*(hzp_map_add_partition_lost_listener_request *)request =
			(hzp_map_add_partition_lost_listener_request){
					.name = hzp_str(l->name), .local_only = local};
}

static void
fill_remove(const hzi_listener *base, hz_uuid id, void *request)
{
	const lost_listener *l = HZI_OUTER(base, lost_listener, base);
	*(hzp_map_remove_partition_lost_listener_request *)request =
			(hzp_map_remove_partition_lost_listener_request){hzp_str(l->name), id};
}

static void
on_event(hzi_listener *base, const hzi_slice *msg)
{
	const lost_listener *l = HZI_OUTER(base, lost_listener, base);
	hzp_map_add_partition_lost_listener_map_partition_lost message;
	if (hzp_decode(msg->p, msg->n, &HZP_MAP_ADD_PARTITION_LOST_LISTENER_MAP_PARTITION_LOST,
			    &message, NULL) != HZ_OK) {
		hzi_event_broken(base);
	} else if (l->user.lost != NULL) {
		l->user.lost(l->user.ctx,
				&(hz_map_partition_lost_event){.map = l->name,
						.partition = message.partition_id,
						.member = message.uuid});
	}
}

static void
on_gap(hzi_listener *base, const hz_gap *gap)
{
	const lost_listener *l = HZI_OUTER(base, lost_listener, base);
	if (l->user.gap != NULL) {
		l->user.gap(l->user.ctx, gap);
	}
}

static void
on_end(hzi_listener *base)
{
	const lost_listener *l = HZI_OUTER(base, lost_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static const hzi_listener_class lost_class = {
		.add = &ADD,
		.remove = &REMOVE,
		.fill_add = fill_add,
		.fill_remove = fill_remove,
		.event = on_event,
		.gap = on_gap,
		.end = on_end,
};

HZ_API hz_err
hz_map_listen_partition_lost(hz_map *map, const hz_map_partition_lost_listener *listener,
		hz_listener_id *id, hz_error *err)
{
	hz_map_partition_lost_listener user;
	void *made = NULL;
	if (listener == NULL || !hzi_options_copy(&user, sizeof(user), listener)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "listener is NULL or has no size");
	}
	hz_err e = hzi_listener_make(map != NULL ? map->handle.client : NULL, &lost_class,
			sizeof(lost_listener), map != NULL && id != NULL && user.lost != NULL,
			user.end, user.ctx, &made, err);
	if (e != HZ_OK) {
		return e;
	}
	lost_listener *l = made;
	l->user = user;
	l->name = map->handle.name;
	return hzi_listener_add(&l->base, hzi_listen_deadline(&map->handle), id, err);
}
