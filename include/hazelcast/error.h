// SPDX-License-Identifier: Apache-2.0
//
// Errors. Every fallible call returns an hz_err and takes, last, an optional hz_error for the
// detail; where the code says it all (hz_value_get_i64, hz_then, hz_map_call) it stands alone.
// There is no thread-local error, no errno, no output: what a call has to say is in these two.
#ifndef HAZELCAST_ERROR_H
#define HAZELCAST_ERROR_H

#include <hazelcast/export.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// X(name, number, text). Numbers are part of the ABI and never change; new ones are appended.
#define HZ_ERR_MAP(X)                                                                              \
	X(OK, 0, "success")                                                                        \
	X(ARGUMENT, 1, "bad argument")                                                             \
	X(MEMORY, 2, "out of memory")                                                              \
	X(CLOSED, 3, "client or object is closed")                                                 \
	X(TIMEOUT, 4, "deadline passed")                                                           \
	X(CANCELLED, 5, "cancelled by the caller")                                                 \
	X(OVERLOAD, 6, "too many calls in flight")                                                 \
	X(WOULD_DEADLOCK, 7, "call not allowed on a callback thread")                              \
	X(FORKED, 8, "client belongs to the parent of this process")                               \
	X(TYPE, 9, "value or result has another type")                                             \
	X(LIMIT, 10, "a configured limit is exceeded")                                             \
	X(CONFIG, 11, "bad configuration")                                                         \
	X(RESOURCE, 12, "the system refused a thread, socket or descriptor")                       \
	X(NOT_FOUND, 13, "no such element")                                                        \
	X(RANGE, 14, "value is out of range")                                                      \
	X(STATE, 15, "not possible in this state")                                                 \
	X(IO, 20, "network error")                                                                 \
	X(OFFLINE, 21, "no connection to the cluster")                                             \
	X(DISCONNECTED, 22, "connection to the member was lost")                                   \
	X(PROTOCOL, 23, "the member sent bytes that break the protocol")                           \
	X(AUTHENTICATION, 24, "the member refused the client's credentials")                       \
	X(NOT_ALLOWED, 25, "the cluster does not accept this client")                              \
	X(RESOLVE, 26, "host name could not be resolved")                                          \
	X(TLS, 27, "TLS error")                                                                    \
	X(SERIALIZATION, 30, "value cannot be serialized or read")                                 \
	X(SERVER, 100, "the member answered with an error")                                        \
	X(INDETERMINATE, 101, "the member cannot tell whether the operation took place")           \
	X(UNSUPPORTED, 102, "the member does not support this operation")                          \
	X(DESTROYED, 103, "the distributed object was destroyed")                                  \
	X(LOCK_OWNERSHIP_LOST, 104, "the lock is no longer owned by this owner")                   \
	X(SESSION_EXPIRED, 105, "the session has expired")                                         \
	X(WAIT_KEY_CANCELLED, 106, "the waiting call was replaced by another one of its owner")    \
	X(LOCK_LIMIT, 107, "the lock's reentrancy limit is reached")                               \
	X(NOT_OWNER, 108, "the caller does not own the lock")                                      \
	X(GROUP_DESTROYED, 109, "the CP group was destroyed")                                      \
	X(NO_DATA_MEMBER, 112, "no member of the cluster holds data")                              \
	X(CONSISTENCY_LOST, 113, "no replica has all that this client has seen")                   \
	X(NODE_ID_RANGE, 114, "no member can make ids: their node ids are out of range")           \
	X(STALE_SEQUENCE, 115, "what the sequence names is no longer there")                       \
	X(TOPIC_OVERLOAD, 116, "the topic has no room for a message")

typedef enum hz_err {
#define HZ_ERR_ENUM_(name, number, text) HZ_ERR_##name = (number),
	HZ_ERR_MAP(HZ_ERR_ENUM_)
#undef HZ_ERR_ENUM_
			HZ_OK = 0
} hz_err;

// Detail of a failure. Owned by the caller, usable on the stack, need not be set up, and written
// only on failure, then whole: look at it only after a call has failed. Its size is frozen.
typedef struct hz_error {
	int32_t code;        // the hz_err that the call returned
	int32_t server_code; // number sent by the member (protocol error code), or 0
	bool in_doubt;       // the operation may have been applied
	bool retryable;      // the same call may succeed later
	uint8_t reserved[54];
	char where[192];   // class name at the member, or empty
	char message[256]; // one line for people, always terminated
} hz_error;

#ifdef __cplusplus
static_assert(sizeof(hz_error) == 512, "hz_error is part of the ABI");
#else
_Static_assert(sizeof(hz_error) == 512, "hz_error is part of the ABI");
#endif

// The constant's name without its prefix, such as "TIMEOUT"; "UNKNOWN" for a number that is none.
// Lends a static string. Any thread; does not block. Since 0.1.
HZ_API const char *hz_err_name(hz_err e);

// One short sentence for people. Lends a static string. Any thread; does not block. Since 0.1.
HZ_API const char *hz_err_text(hz_err e);

#ifdef __cplusplus
}
#endif

#endif
