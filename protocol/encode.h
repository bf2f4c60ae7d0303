// SPDX-License-Identifier: Apache-2.0
//
// Records into messages.
#ifndef PROTOCOL_ENCODE_H
#define PROTOCOL_ENCODE_H

#include "base/buf.h"
#include "protocol/descriptor.h"

#include <hazelcast/error.h>

// Appends the whole message for a record, in its newest form, with correlation id 0 and partition
// id -1; the caller patches both with the functions of message.h. Borrows the record and all that
// it points to, during the call only. Any thread, one at a time per buffer; does not block.
// HZ_ERR_MEMORY: no room could be had. HZ_ERR_LIMIT: a part is too long for a frame.
// HZ_ERR_ARGUMENT: a field of kind frames holds something else. On failure the
// buffer has its old length.
hz_err hzp_encode(hzi_buf *out, const hzp_message *m, const void *record);

#endif
