// SPDX-License-Identifier: Apache-2.0
//
// Completion queues (hz_completions): results that an application fetches on its own thread.
#ifndef HZI_CORE_COMPLETION_H
#define HZI_CORE_COMPLETION_H

#include "core/call.h"

// Puts an ended call into the queue it was completed to. Any thread; does not block.
void hzi_completions_push(hzi_call *call);

// One more reference, for a call on its way to the queue; dropped when the call was dispatched.
hz_completions *hzi_completions_retain(hz_completions *completions);

#endif
