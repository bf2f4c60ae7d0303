// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <stddef.h>

typedef struct err_row {
	int number;
	const char *name;
	const char *text;
} err_row;

static const err_row err_rows[] = {
#define ROW(name, number, text) {number, #name, text},
		HZ_ERR_MAP(ROW)
#undef ROW
};

static const err_row *
find_err(hz_err e)
{
	for (size_t i = 0; i < sizeof(err_rows) / sizeof(err_rows[0]); i++) {
		if (err_rows[i].number == (int)e) {
			return &err_rows[i];
		}
	}
	return NULL;
}

const char *
hz_err_name(hz_err e)
{
	const err_row *row = find_err(e);
	return row != NULL ? row->name : "UNKNOWN";
}

const char *
hz_err_text(hz_err e)
{
	const err_row *row = find_err(e);
	return row != NULL ? row->text : "unknown error";
}

// The codes of the protocol, in order and without a gap. Third column: what the caller gets;
// fourth: whether the operation may be tried again.
#define SERVER_ERROR_MAP(X)                                                                        \
	X(0, UNDEFINED, SERVER, false)                                                             \
	X(1, ARRAY_INDEX_OUT_OF_BOUNDS, RANGE, false)                                              \
	X(2, ARRAY_STORE, SERVER, false)                                                           \
	X(3, AUTHENTICATION, SERVER, false)                                                        \
	X(4, CACHE, SERVER, false)                                                                 \
	X(5, CACHE_LOADER, SERVER, false)                                                          \
	X(6, CACHE_NOT_EXISTS, SERVER, false)                                                      \
	X(7, CACHE_WRITER, SERVER, false)                                                          \
	X(8, CALLER_NOT_MEMBER, SERVER, true)                                                      \
	X(9, CANCELLATION, SERVER, false)                                                          \
	X(10, CLASS_CAST, SERVER, false)                                                           \
	X(11, CLASS_NOT_FOUND, SERVER, false)                                                      \
	X(12, CONCURRENT_MODIFICATION, SERVER, false)                                              \
	X(13, CONFIG_MISMATCH, SERVER, false)                                                      \
	X(14, DISTRIBUTED_OBJECT_DESTROYED, DESTROYED, false)                                      \
	X(15, EOF, SERVER, false)                                                                  \
	X(16, ENTRY_PROCESSOR, SERVER, false)                                                      \
	X(17, EXECUTION, SERVER, false)                                                            \
	X(18, HAZELCAST, SERVER, false)                                                            \
	X(19, HAZELCAST_INSTANCE_NOT_ACTIVE, SERVER, false)                                        \
	X(20, HAZELCAST_OVERLOAD, SERVER, false)                                                   \
	X(21, HAZELCAST_SERIALIZATION, SERVER, false)                                              \
	X(22, IO, SERVER, false)                                                                   \
	X(23, ILLEGAL_ARGUMENT, ARGUMENT, false)                                                   \
	X(24, ILLEGAL_ACCESS_EXCEPTION, SERVER, false)                                             \
	X(25, ILLEGAL_ACCESS_ERROR, SERVER, false)                                                 \
	X(26, ILLEGAL_MONITOR_STATE, NOT_OWNER, false)                                             \
	X(27, ILLEGAL_STATE, STATE, false)                                                         \
	X(28, ILLEGAL_THREAD_STATE, SERVER, false)                                                 \
	X(29, INDEX_OUT_OF_BOUNDS, RANGE, false)                                                   \
	X(30, INTERRUPTED, SERVER, false)                                                          \
	X(31, INVALID_ADDRESS, SERVER, false)                                                      \
	X(32, INVALID_CONFIGURATION, SERVER, false)                                                \
	X(33, MEMBER_LEFT, SERVER, true)                                                           \
	X(34, NEGATIVE_ARRAY_SIZE, SERVER, false)                                                  \
	X(35, NO_SUCH_ELEMENT, SERVER, false)                                                      \
	X(36, NOT_SERIALIZABLE, SERVER, false)                                                     \
	X(37, NULL_POINTER, SERVER, false)                                                         \
	X(38, OPERATION_TIMEOUT, SERVER, false)                                                    \
	X(39, PARTITION_MIGRATING, SERVER, true)                                                   \
	X(40, QUERY, SERVER, false)                                                                \
	X(41, QUERY_RESULT_SIZE_EXCEEDED, SERVER, false)                                           \
	X(42, SPLIT_BRAIN_PROTECTION, SERVER, false)                                               \
	X(43, REACHED_MAX_SIZE, SERVER, false)                                                     \
	X(44, REJECTED_EXECUTION, SERVER, false)                                                   \
	X(45, RESPONSE_ALREADY_SENT, SERVER, false)                                                \
	X(46, RETRYABLE_HAZELCAST, SERVER, true)                                                   \
	X(47, RETRYABLE_IO, SERVER, true)                                                          \
	X(48, RUNTIME, SERVER, false)                                                              \
	X(49, SECURITY, SERVER, false)                                                             \
	X(50, SOCKET, SERVER, false)                                                               \
	X(51, STALE_SEQUENCE, STALE_SEQUENCE, false)                                               \
	X(52, TARGET_DISCONNECTED, SERVER, false)                                                  \
	X(53, TARGET_NOT_MEMBER, SERVER, true)                                                     \
	X(54, TIMEOUT, SERVER, false)                                                              \
	X(55, TOPIC_OVERLOAD, TOPIC_OVERLOAD, false)                                               \
	X(56, TRANSACTION, SERVER, false)                                                          \
	X(57, TRANSACTION_NOT_ACTIVE, SERVER, false)                                               \
	X(58, TRANSACTION_TIMED_OUT, SERVER, false)                                                \
	X(59, URI_SYNTAX, SERVER, false)                                                           \
	X(60, UTF_DATA_FORMAT, SERVER, false)                                                      \
	X(61, UNSUPPORTED_OPERATION, UNSUPPORTED, false)                                           \
	X(62, WRONG_TARGET, SERVER, true)                                                          \
	X(63, XA, SERVER, false)                                                                   \
	X(64, ACCESS_CONTROL, SERVER, false)                                                       \
	X(65, LOGIN, SERVER, false)                                                                \
	X(66, UNSUPPORTED_CALLBACK, SERVER, false)                                                 \
	X(67, NO_DATA_MEMBER, NO_DATA_MEMBER, false)                                               \
	X(68, REPLICATED_MAP_CANT_BE_CREATED, SERVER, false)                                       \
	X(69, MAX_MESSAGE_SIZE_EXCEEDED, SERVER, false)                                            \
	X(70, WAN_REPLICATION_QUEUE_FULL, SERVER, false)                                           \
	X(71, ASSERTION_ERROR, SERVER, false)                                                      \
	X(72, OUT_OF_MEMORY_ERROR, SERVER, false)                                                  \
	X(73, STACK_OVERFLOW_ERROR, SERVER, false)                                                 \
	X(74, NATIVE_OUT_OF_MEMORY_ERROR, SERVER, false)                                           \
	X(75, SERVICE_NOT_FOUND, SERVER, false)                                                    \
	X(76, STALE_TASK_ID, SERVER, false)                                                        \
	X(77, DUPLICATE_TASK, SERVER, false)                                                       \
	X(78, STALE_TASK, SERVER, false)                                                           \
	X(79, LOCAL_MEMBER_RESET, SERVER, false)                                                   \
	X(80, INDETERMINATE_OPERATION_STATE, INDETERMINATE, false)                                 \
	X(81, FLAKE_ID_NODE_ID_OUT_OF_RANGE, NODE_ID_RANGE, false)                                 \
	X(82, TARGET_NOT_REPLICA, SERVER, true)                                                    \
	X(83, MUTATION_DISALLOWED, SERVER, false)                                                  \
	X(84, CONSISTENCY_LOST, CONSISTENCY_LOST, false)                                           \
	X(85, SESSION_EXPIRED, SESSION_EXPIRED, false)                                             \
	X(86, WAIT_KEY_CANCELLED, WAIT_KEY_CANCELLED, false)                                       \
	X(87, LOCK_ACQUIRE_LIMIT_REACHED, LOCK_LIMIT, false)                                       \
	X(88, LOCK_OWNERSHIP_LOST, LOCK_OWNERSHIP_LOST, false)                                     \
	X(89, CP_GROUP_DESTROYED, GROUP_DESTROYED, false)                                          \
	X(90, CANNOT_REPLICATE, SERVER, true)                                                      \
	X(91, LEADER_DEMOTED, SERVER, false)                                                       \
	X(92, STALE_APPEND_REQUEST, SERVER, false)                                                 \
	X(93, NOT_LEADER, SERVER, false)                                                           \
	X(94, VERSION_MISMATCH, SERVER, false)                                                     \
	X(95, NO_SUCH_METHOD_ERROR, SERVER, false)                                                 \
	X(96, NO_SUCH_METHOD_EXCEPTION, SERVER, false)                                             \
	X(97, NO_SUCH_FIELD_ERROR, SERVER, false)                                                  \
	X(98, NO_SUCH_FIELD_EXCEPTION, SERVER, false)                                              \
	X(99, NO_CLASS_DEF_FOUND_ERROR, SERVER, false)

// A place given twice is an error of the compiler's, and so is a row out of order in the test.
// Names are spelled as strings by #, which does not expand macros such as EOF.
static const hzi_server_error server_errors[] = {
#define ROW(number, name, promotion, retryable)                                                    \
	[number] = {number, HZ_ERR_##promotion, retryable, #name},
		SERVER_ERROR_MAP(ROW)
#undef ROW
};

const hzi_server_error *
hzi_server_error_find(int32_t code)
{
	size_t count = sizeof(server_errors) / sizeof(server_errors[0]);
	return code >= 0 && (size_t)code < count ? &server_errors[code] : NULL;
}

bool
hzi_server_error_is_doubtful(int32_t code)
{
	enum {
		MEMBER_LEFT = 33,
		OPERATION_TIMEOUT = 38,
		TARGET_DISCONNECTED = 52,
		INDETERMINATE_OPERATION_STATE = 80,
		LEADER_DEMOTED = 91,
		STALE_APPEND_REQUEST = 92
	};
	return code == MEMBER_LEFT || code == OPERATION_TIMEOUT || code == TARGET_DISCONNECTED ||
			code == INDETERMINATE_OPERATION_STATE || code == LEADER_DEMOTED ||
			code == STALE_APPEND_REQUEST;
}
