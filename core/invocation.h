// SPDX-License-Identifier: Apache-2.0
//
// Invocation: how proxies make calls. A call is begun on a handle, gets its data serialized into
// the record, is submitted with its request struct, and is from then on a future.
//
//	hz_future
//	hz_map_get_async(hz_map *map, hz_value key)
//	{
//		hzi_call *call;
//		hz_future future;
//		hzp_map_get_request request;
//		if (!hzi_call_begin(map ? &map->handle : NULL, &GET, &call, &future)) {
//			return future;
//		}
//		request = (hzp_map_get_request){.name = hzi_handle_name(&map->handle)};
//		return hzi_call_data(call, &key, 1, &request.key) ? hzi_call_submit(call, &request)
//		                                                   : hzi_call_refused(call);
//	}
#ifndef HZI_CORE_INVOCATION_H
#define HZI_CORE_INVOCATION_H

#include "core/call.h"
#include "core/client.h"
#include "protocol/descriptor.h"

// The common head of every proxy handle; the first member of each proxy's struct.
typedef struct hzi_handle {
	hz_client *client; // held
	hz_call call;      // defaults of this handle's calls
	char *name;        // of the structure, UTF-8, terminated; lives as long as the client
	uint32_t name_length;
	int32_t name_hash;   // partition hash of the name (protocol 3.14: the part after '@')
	const char *service; // "hz:impl:mapService", static
} hzi_handle;

// Begins a call: takes a record, sets deadline, owner and cancel token from the handle's defaults.
// False: the call was refused (NULL handle, closed, forked, no memory) and *future holds the error.
// Any thread; does not block.
bool hzi_call_begin(hzi_handle *handle, const hzi_op *op, hzi_call **call, hz_future *future);

// The same without a proxy: for calls of the client itself. `call` may be NULL for defaults.
bool hzi_call_begin_on(hz_client *client, const hz_call *defaults, const hzi_op *op,
		hzi_call **call, hz_future *future);

// The structure's name as request field (lent).
static inline hzp_bytes
hzi_handle_name(const hzi_handle *handle)
{
	return (hzp_bytes){(const uint8_t *)handle->name, handle->name_length};
}

// Serializes n values into the record and points out[i] at the Data of each. The first one's
// partition hash becomes the call's hash. False: the error is in the record; return
// hzi_call_refused(call). A null value is refused. May be called once per call (later calls would
// move the bytes).
bool hzi_call_data(hzi_call *call, const hz_value *values, size_t n, hzp_bytes *out);

// Sets where the call goes when the message's row does not say it (or the proxy knows better).
// By default: by key hash for HZP_BY_KEY, by the handle's name for HZP_BY_NAME, else any member.
void hzi_call_to_partition(hzi_call *call, int32_t partition);
void hzi_call_to_hash(hzi_call *call, int32_t hash); // a partition hash
void hzi_call_to_member(hzi_call *call, hz_uuid member);

// To the member in this slot while it is connected, else to any; HZI_NO_SLOT stands for none.
void hzi_call_to_slot(hzi_call *call, uint16_t slot);

// Encodes the request, sends it, and gives the future. Never blocks. Takes the record.
hz_future hzi_call_submit(hzi_call *call, const void *request);

// Sends what was prepared for the first time, or leaves that to who consumes the future it gives.
// Never blocks. Takes the record.
hz_future hzi_call_start(hzi_call *call);

// A future with the error that was put into the record by hzi_call_data or hzi_call_refuse. Takes
// it.
hz_future hzi_call_refused(hzi_call *call);

// Puts an error into the record and gives its future. Takes the record. text is static.
hz_future hzi_call_refuse(hzi_call *call, hz_err code, const char *text);

// A future that holds an error without a record, for calls that could not even begin.
hz_future hzi_future_error(hz_err code);

// The future of a record its driver prepared otherwise.
hz_future hzi_future_of(const hzi_call *call);

// Sends a call its driver owns: the first time or again. Never blocks; whatever goes wrong becomes
// the outcome of the try. The caller may not touch the record afterwards except through its
// atomics.
void hzi_call_send(hzi_call *call);

// Waits for a call whose future was consumed, driving its retries; the deadline, the cancel token
// and shutdown end it. HZ_OK: the response is there. Otherwise the outcome's code, with
// call->in_doubt. The caller still holds the record. wait_room: as hz_run_*.
hz_err hzi_call_wait(hzi_call *call, bool wait_room);

// Words for a call that ended with `code`: fills err from the record, the member's error or our
// own. Returns the code to report (a member's error may be promoted).
hz_err hzi_call_explain(const hzi_call *call, hz_err code, hz_error *err);

// For decoders: the member has answered, but not with what the operation promises (a queue that
// stayed empty, a lock that stayed taken). Fills err with `code` and one line for people. Returns
// code.
hz_err hzi_call_miss(const hzi_call *call, hz_err code, const char *text, hz_error *err);

// Installs the done-action of an asynchronous consumer (fn, ctx and the like are set). Takes the
// consumer's hold.
void hzi_call_consume_as(hzi_call *call, uint32_t action);

// Reads the result, or the failure, of an ended call, calls its function and releases the record.
void hzi_call_report(hzi_call *call);

// Reads the result of a call that ended with HZ_OK. Consumer's thread.
hz_err hzi_call_result(hzi_call *call, hz_result *out, hz_error *err);

// Releases what a result still holds.
void hzi_result_clear(hz_result *result);

// Makes `result` an object, of an operation of that kind; `destroy` ends it if nobody takes it.
void hzi_result_object(hz_result *result, void *object, void (*destroy)(void *object));

// ---- Fan-outs ----

// Makes of a begun call (its op has proto NULL) a parent of n children. False without memory. When
// all children have ended the parent's finish runs on the consumer's thread and finds them by
// hzi_join_child; the first failed child's error fails the parent before finish is called. All
// together are one call, which takes one permit of the in-flight limit.
typedef struct hzi_join hzi_join;
bool hzi_join_begin(hzi_call *parent, uint32_t n);

// A child of the parent: begin it with this in place of hzi_call_begin, then hand in its request,
// which is encoded at once and leaves with hzi_join_submit. There must be n of them by then. NULL
// without memory: the parent must then be given to hzi_join_abort.
hzi_call *hzi_join_child_begin(hzi_call *parent, const hzi_op *op, uint32_t index);
void hzi_join_child_submit(hzi_call *parent, hzi_call *child, const void *request);

// Ends a fan-out whose preparation failed (with the code of a child that could not begin, if there
// was one): nothing is sent. Gives the future.
hz_future hzi_join_abort(hzi_call *parent, hz_err code);

// Sends all children, if there is room for a call. Never blocks. Gives the future.
hz_future hzi_join_submit(hzi_call *parent);

// The i-th child in finish (its response lies in child->response); n of them.
uint32_t hzi_join_count(const hzi_call *parent);
hzi_call *hzi_join_child(const hzi_call *parent, uint32_t i);

// ---- The library's own calls ----

// A call of the cluster thread: goes over exactly this connection (also one still being set up),
// takes no permit, and ends with done(ctx, call) on the cluster thread, which must release the
// record.
hzi_call *hzi_call_begin_bound(hz_client *client, uint64_t conn_id, hzi_connection *conn,
		const hzi_op *op, int64_t timeout_ms, void (*done)(void *ctx, hzi_call *call),
		void *ctx);
void hzi_call_submit_bound(hzi_call *call, const void *request);

// Decodes the response of a done call into its struct (fields are views into call->response).
// HZ_ERR_PROTOCOL with detail when the bytes break the protocol.
hz_err hzi_call_decode(const hzi_call *call, void *response, hz_error *err);

#endif
