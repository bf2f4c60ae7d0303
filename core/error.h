// SPDX-License-Identifier: Apache-2.0
//
// The error codes of members, and what a caller gets for each of them.
#ifndef HZI_CORE_ERROR_H
#define HZI_CORE_ERROR_H

#include "base/fail.h" // hzi_fail stands there, because every folder fails

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// One error code of the protocol. Static, shared by all threads.
typedef struct hzi_server_error {
	int32_t code;
	hz_err promotion; // what the caller gets: HZ_ERR_SERVER unless callers act on this one
	bool retryable;   // the member says that the operation may be tried again
	const char *name; // such as "TARGET_NOT_MEMBER"
} hzi_server_error;

// The row of a code, or NULL for one that is not known (Jet's 500 to 600, users' from 1000 on,
// newer ones): treat that as HZ_ERR_SERVER, not retryable. Lends static memory. Any thread; does
// not block.
const hzi_server_error *hzi_server_error_find(int32_t code);

// Whether this error of a CP group leaves it open if the operation was applied, or still will be:
// a member has passed it on to the group and cannot say what became of it. Any thread; does not
// block.
bool hzi_server_error_is_doubtful(int32_t code);

#endif
