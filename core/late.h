// SPDX-License-Identifier: Apache-2.0
//
// Answers that come for calls that were given up: an item taken out of a structure must not vanish.
#ifndef HZI_CORE_LATE_H
#define HZI_CORE_LATE_H

#include "core/call.h"

// Deals with the answer of an abandoned call, which the caller has claimed: counts an item and has
// the configuration's late_item called on a worker, then lets go of the record. Reading thread.
void hzi_late_answer(hzi_call *call, const hzi_slice *msg);

// The number of a member's error message; 0 when it has none that can be read.
int32_t hzi_error_code(const hzi_slice *msg);

#endif
