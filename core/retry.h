// SPDX-License-Identifier: Apache-2.0
//
// What to do with a try that failed: the one function that a waiting caller and worker 0 both ask.
#ifndef HZI_CORE_RETRY_H
#define HZI_CORE_RETRY_H

#include "core/call.h"

typedef enum hzi_retry {
	HZI_RETRY_FAIL, // report it
	HZI_RETRY_NOW,  // send it again at once
	HZI_RETRY_PAUSE // send it again at call->resume_ns, or when the view is not call->view
} hzi_retry;

// Decides about an ended try with code other than HZ_OK. Its driver asks. `wait_room`: the caller
// blocks, so a lack of room for calls is waited out. Follows protocol 3.12: a call that may have
// been applied is repeated only if its message is retryable or redo-operation is on. A call that
// aims at several members is asked for another one first.
hzi_retry hzi_retry_decide(hzi_call *call, bool wait_room, int64_t now_ns);

// Whether a call may be sent again although it may have been applied: its message or its operation
// says so, or redo-operation is on.
bool hzi_retry_harmless(const hzi_call *call);

#endif
