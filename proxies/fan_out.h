// SPDX-License-Identifier: Apache-2.0
//
// One call on many keys: they are sorted by partition, and each partition that has some gets one
// request, all at once. The parts are children of one join (core/invocation.h).
#ifndef HZI_PROXIES_FAN_OUT_H
#define HZI_PROXIES_FAN_OUT_H

#include "proxies/proxy.h"

// Submits a child with what there is for its partition: n Data of keys, or n pairs of Data
// (hzp_entry_data_data). Lends all, also `room` bytes for each key, which it may use as it likes.
typedef void (*hzi_fan_out_submit)(
		hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, void *room);

typedef struct hzi_fan_out {
	const hzi_op *parent; // its proto is NULL
	const hzi_op *child;
	hzi_fan_out_submit submit;
	size_t room;
} hzi_fan_out;

// The whole of a call on n keys, or n entries; the other of the two is NULL. Lends all.
hz_future hzi_fan_out_send(hzi_handle *handle, const hzi_fan_out *how, const hz_value *keys,
		const hz_entry *entries, size_t n);

#endif
