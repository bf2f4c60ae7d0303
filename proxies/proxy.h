// SPDX-License-Identifier: Apache-2.0
//
// What all proxies share: the life of a handle, and the sending of the few shapes that most
// requests have. A proxy is a struct whose first member is an hzi_handle; it keeps no state of the
// structure, so any number of handles may stand for one structure, and each is cheap to open.
#ifndef HZI_PROXIES_PROXY_H
#define HZI_PROXIES_PROXY_H

#include "core/invocation.h"

#include <hazelcast/future.h>
#include <hazelcast/items.h>
#include <hazelcast/value.h>

struct hzi_name; // proxies/names.h

#define HZI_HANDLE_MAX 256 // bytes that a handle may cost

// How much longer than the member the client waits, when the member was told how long to wait.
#define HZI_GRACE_MS INT64_C(5000)

// ---- Handles ----

// Gives a handle of `size` bytes, zeroed behind its hzi_handle, after telling the members of the
// name if nobody has yet: one round trip, with the deadline of `call` (NULL: defaults). Lends name
// and call; service is static. HZ_ERR_ARGUMENT, HZ_ERR_LIMIT, HZ_ERR_MEMORY, and what a call may
// end with.
hz_err hzi_handle_open(hz_client *client, const char *service, const char *name,
		const hz_call *call, size_t size, hzi_handle **out, hz_error *err);

// The two ends of that, for structures that tell the members of a name in another way: checks what
// the application has given, and makes the handle of a name (NULL without memory).
hz_err hzi_handle_check(const hz_client *client, const char *name, const hz_call *call,
		hzi_handle **out, hz_error *err);
hzi_handle *hzi_handle_new(
		hz_client *client, struct hzi_name *name, const hz_call *call, size_t size);

// Frees a handle. NULL is fine. In a child of the client's process it only forgets it.
void hzi_handle_close(hzi_handle *handle);

// Makes `to` another handle of the same structure, inside memory of the caller's, which ends it
// with hzi_handle_drop.
void hzi_handle_copy(hzi_handle *to, const hzi_handle *from);
void hzi_handle_drop(hzi_handle *handle);

// What stands behind hz_*_name and hz_*_call.
const char *hzi_handle_text(const hzi_handle *handle);
hz_err hzi_handle_set_call(hzi_handle *handle, const hz_call *call);

// Destroys the structure in the cluster; the handle stays.
hz_future hzi_handle_destroy_async(hzi_handle *handle);

// The same of a structure of which the client remembers something: `op` is a row of
// Client.destroyProxy whose `finish` forgets it, and finds ctx in call->extra.
hz_future hzi_handle_destroy_by(hzi_handle *handle, const hzi_op *op, void *ctx);

// The same of a structure that stands on another one, by one future.
hz_future hzi_handle_destroy_both_async(hzi_handle *handle, hzi_handle *below);

// Futures of what is there already: no message is sent. They begin as any call of the handle, which
// may be NULL, and are refused as any.
hz_future hzi_handle_give_i64(hzi_handle *handle, int64_t result);
hz_future hzi_handle_give_bool(hzi_handle *handle, bool result);

// For `choose` of an hzi_aim: the result of this call is there, no message need be sent.
void hzi_call_give_i64(hzi_call *call, int64_t result);

// ---- Arguments ----

// Copies a size-first struct of options into a zeroed one of `size` bytes. NULL gives the defaults.
// False: its size field cannot be right.
bool hzi_options_copy(void *to, size_t size, const void *from);

// A call begun on `handle` that the member may keep waiting for timeout_ms (HZ_FOREVER: without
// end; 0: it does not wait). It then goes to the owner only and is not cut by the ordinary
// deadline.
void hzi_call_waits(hzi_call *call, int64_t timeout_ms);

// True for 0, positive numbers and HZ_FOREVER.
static inline bool
hzi_timeout_valid(int64_t timeout_ms)
{
	return timeout_ms >= HZ_FOREVER;
}

// A deadline of the handle that the member can be told of: 0 if there is none.
static inline int64_t
hzi_handle_wait_ms(const hzi_handle *handle)
{
	return handle != NULL && handle->call.timeout_ms > 0 ? handle->call.timeout_ms : 0;
}

// Serializes n values into the record; *list then shows them and lives as long as the record.
// False: return hzi_call_refused(call).
bool hzi_call_values(hzi_call *call, const hz_value *values, size_t n, hzp_list *list);

// The same for entries, of which *list then shows pairs of Data (hzp_entry_data_data).
bool hzi_call_entries(hzi_call *call, const hz_entry *entries, size_t n, hzp_list *list);

// Reads Data of the call's response into a value that owns what it shows; data.p NULL: the null
// value. Errors as hzi_value_read.
hz_err hzi_call_read(const hzi_call *call, hzp_bytes data, hz_value *out, hz_error *err);

// ---- Requests of the common shapes: the whole of the call ----
//
// The struct of the row's request has exactly the fields that the name says, in this order.

// name
hz_future hzi_send_name(hzi_handle *handle, const hzi_op *op);
// name, key, thread id
hz_future hzi_send_key(hzi_handle *handle, const hzi_op *op, hz_value key);
// name, key, value, thread id
hz_future hzi_send_entry(hzi_handle *handle, const hzi_op *op, hz_value key, hz_value value);
// name, value
hz_future hzi_send_value(hzi_handle *handle, const hzi_op *op, hz_value value);
// name, list of values
hz_future hzi_send_values(hzi_handle *handle, const hzi_op *op, const hz_value *values, size_t n);

#endif
