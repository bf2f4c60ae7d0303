// SPDX-License-Identifier: Apache-2.0
//
// What a structure over a ringbuffer sends to it: the same requests, with rows and rules for
// another try that are its own.
#ifndef HZI_PROXIES_RINGBUFFER_H
#define HZI_PROXIES_RINGBUFFER_H

#include "proxies/proxy.h"

#include <hazelcast/ringbuffer.h>

// The whole of an add or add_all; op is a row of HZP_RINGBUFFER_ADD or HZP_RINGBUFFER_ADD_ALL. aim
// may be NULL. `inside`, one for each item or NULL, is what the items are envelopes of. Lends all.
hz_future hzi_ringbuffer_add(hz_ringbuffer *ring, const hzi_op *op, const hzi_aim *aim,
		hz_value item, const hz_value *inside, hz_overflow overflow);
hz_future hzi_ringbuffer_add_all(hz_ringbuffer *ring, const hzi_op *op, const hzi_aim *aim,
		const hz_value *items, const hz_value *inside, size_t n, hz_overflow overflow);

// The whole of a read_many whose numbers are known to be right, without a deadline; `cancel` may
// end it.
hz_future hzi_ringbuffer_read_many(hz_ringbuffer *ring, const hzi_aim *aim, hz_cancel *cancel,
		int64_t from, int32_t min, int32_t max);

// The same for the first or the newest sequence, for as long as it takes. ctx is the aim's and must
// outlive the call.
hz_future hzi_ringbuffer_find(
		hz_ringbuffer *ring, const hzi_aim *aim, void *ctx, hz_cancel *cancel, bool head);

hzi_handle *hzi_ringbuffer_handle(hz_ringbuffer *ring);

// The capacity as it was when somebody asked last. Does not block.
int64_t hzi_ringbuffer_known_capacity(const hz_ringbuffer *ring);

#endif
