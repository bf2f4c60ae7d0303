// SPDX-License-Identifier: Apache-2.0
//
// Cancel tokens and lock owners: the two objects a hz_call can name.
#ifndef HZI_CORE_CANCEL_H
#define HZI_CORE_CANCEL_H

#include <hazelcast/call.h>
#include <stdbool.h>

// Whether the token was fired. Sequentially consistent. Any thread.
bool hzi_cancel_fired(const hz_cancel *cancel);

#endif
