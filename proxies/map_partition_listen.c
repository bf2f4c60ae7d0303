// SPDX-License-Identifier: Apache-2.0
//
// The listener for lost partitions of one map.
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "proxies/listen.h"
#include "proxies/map.h"

static const hzi_op ADD = {
		&HZP_MAP_ADD_PARTITION_LOST_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE = {&HZP_MAP_REMOVE_PARTITION_LOST_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
on_lost(hzi_listener *base, const hzi_slice *msg)
{
	const hz_map_partition_lost_listener *user = hzi_user_of(base);
	hzp_map_add_partition_lost_listener_map_partition_lost message;
	if (hzp_decode(msg->p, msg->n, &HZP_MAP_ADD_PARTITION_LOST_LISTENER_MAP_PARTITION_LOST,
			    &message, NULL) != HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	user->lost(user->ctx,
			&(hz_map_partition_lost_event){
					.map = base->name,
					.partition = message.partition_id,
					.member = message.uuid,
			});
}

HZ_API hz_err
hz_map_listen_partition_lost(hz_map *map, const hz_map_partition_lost_listener *listener,
		hz_listener_id *id, hz_error *err)
{
	static const hzi_user_kind kind = {
			.class_ = HZI_NAME_CLASS(&ADD, &REMOVE, on_lost),
			.size = sizeof(*listener),
			.end_at = offsetof(hz_map_partition_lost_listener, end),
			.gap_at = offsetof(hz_map_partition_lost_listener, gap),
	};
	return hzi_handle_listen(
			hzi_map_handle(map), &kind, listener, HZI_HAS(listener, lost), id, err);
}
