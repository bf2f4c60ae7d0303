// SPDX-License-Identifier: Apache-2.0
//
// Collections and maps: values that hold values, of any kind and to a depth of HZI_DEPTH.
// Everything here walks with a stack of its own, never by recursion.
#ifndef HZI_SERIALIZATION_COLLECTION_H
#define HZI_SERIALIZATION_COLLECTION_H

#include "base/buf.h"
#include "serialization/builtin.h"
#include "serialization/compact_write.h"

// Lends the next object of a LIST, or of a MAP (its keys and values in turn). `*pos` starts at 0.
// False after the last.
bool hzi_collection_step(const hz_value *v, size_t *pos, hz_value *item);

// True if the payload at p, all n bytes of it, is a single entry whose value is of a type that is
// not in the table: being the last object, it ends where the payload does. The step then gives it
// as a RECORD or RAW element. Trusts nothing.
bool hzi_entry_has_tail(const hzi_builtin *row, const uint8_t *p, size_t n, bool be);

// How many objects the steps will yield, divided by two for a MAP.
size_t hzi_collection_count(const hz_value *v);

// Appends the payload of a LIST or MAP. On failure the buffer holds a part of it. Lends v. HZ_ERR_LIMIT
// (too deep, 2 GiB), HZ_ERR_MEMORY, and what refuses an item.
hz_err hzi_collection_append(hzi_write *to, const hz_value *v, hz_error *err);

// Appends a value of any kind as an object inside another one: its type id in the stream's byte
// order, then its payload; the null value is a type id alone. Lends v. On failure `buf` holds a
// part of it. Errors as above, and HZ_ERR_SERIALIZATION for what cannot stand there.
hz_err hzi_stream_append(hzi_buf *buf, const hz_value *v, bool be, hz_error *err);

#endif
