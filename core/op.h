// SPDX-License-Identifier: Apache-2.0
//
// The row of an operation: what the client knows of it beside its messages. Proxies hold one
// constant row for each of their calls; invocation and futures read it.
#ifndef HZI_CORE_OP_H
#define HZI_CORE_OP_H

#include "protocol/descriptor.h"

#include <hazelcast/error.h>
#include <hazelcast/future.h>

struct hzi_call;

enum {
	HZI_OP_WAITS = 1, // may wait in the member for ever: no deadline by default, counted apart
	HZI_OP_ITEM = 2,  // takes an item out of a structure: a late answer goes to late_item
	HZI_OP_REGISTERS = 4, // adds a listener: events repeat the request's correlation id
	HZI_OP_OWNER = 8,     // goes to the partition's owner only (it waits there)
	HZI_OP_HARMLESS = 16  // may be done twice, whatever its message says of that
};

// Turns the response of a successful call into its result. Runs on the thread that consumes the
// future; may block only in memory allocation. The response lies in call->response.
typedef hz_err (*hzi_finish_fn)(struct hzi_call *call, hz_result *out, hz_error *err);

typedef struct hzi_op {
	const hzp_operation *proto; // NULL for a join
	uint8_t result;             // hz_result_kind
	uint8_t flags;              // HZI_OP_*
	hzi_finish_fn finish;       // NULL: the standard reading of its kind (core/result.c)
} hzi_op;

#endif
