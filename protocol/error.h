// SPDX-License-Identifier: Apache-2.0
//
// What a member sends in place of a response when an operation failed.
#ifndef PROTOCOL_ERROR_H
#define PROTOCOL_ERROR_H

#include "protocol/decode.h"
#include "protocol/gen/types.h"

// Reads a message of type HZP_TYPE_ERROR: *first is the error, with number, class name and text as
// views into the message, and hzp_iter_next(causes, &holder) gives its causes, one after the other.
// `causes` and `reason` may be NULL. Any thread; does not block. HZ_ERR_PROTOCOL: the bytes are no
// such message, or one that holds no error.
hz_err hzp_error_first(const uint8_t *msg, size_t n, hzp_error_holder *first, hzp_iter *causes,
		const char **reason);

#endif
