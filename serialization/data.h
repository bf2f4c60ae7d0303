// SPDX-License-Identifier: Apache-2.0
//
// Data, the serialized form in which members keep keys and values: four bytes of partition hash (0
// unless the object brings its own), four bytes of type id, and the payload.
#ifndef HZI_SERIALIZATION_DATA_H
#define HZI_SERIALIZATION_DATA_H

#include "base/block.h"
#include "base/buf.h"
#include "serialization/builtin.h"
#include "serialization/compact_write.h"

#include <hazelcast/error.h>
#include <hazelcast/value.h>

// ---- Writing ----

// Appends a value as Data to `out`, and stores (unless `hash` is NULL) the hash that its partition
// follows from. Lends v. On failure `out` is as long as it was, and `*hash` is not written. A null
// value is HZ_ERR_ARGUMENT: messages have another way to say null. Other errors as
// hz_value_serialize. Allocates only by growing `out`. Any thread; does not block.
hz_err hzi_data_write(
		hzi_buf *out, const hz_value *v, bool big_endian, int32_t *hash, hz_error *err);

// The same, and tells `sink` (NULL: nobody) of the schemas of the records that were written. What
// the sink refuses is refused.
hz_err hzi_data_write_to(hzi_buf *out, const hz_value *v, bool big_endian,
		const hzi_schema_sink *sink, int32_t *hash, hz_error *err);

// True if the payload of a value can be copied as it lies.
static inline bool
hzi_value_is_ready(const hz_value *v, bool be)
{
	return hzi_value_is_wire(v) && hzi_value_is_big_endian(v) == be;
}

// Makes sure that a RAW value can be passed on: it has a header, and is not known to be of the
// other byte order.
hz_err hzi_raw_check(const hz_value *v, bool be, hz_error *err);

// Appends the payload of a value that is no collection, or is ready.
hz_err hzi_payload_append(
		hzi_buf *buf, const hzi_builtin *row, const hz_value *v, bool be, hz_error *err);

// ---- Reading ----

// Looks into n bytes of Data and makes `out` a value that lends them; NULL is the null value. Types
// that the library cannot read become RAW. HZ_ERR_SERIALIZATION: the bytes contradict themselves,
// and `out` is null. Nothing is copied; any thread; does not block.
hz_err hzi_value_view(const uint8_t *p, size_t n, bool big_endian, hz_value *out);

// The same for a value that outlives the call: `out` owns a reference to a block. Text is copied
// and terminated; other values share the block of `data` or are copied out of it, as hzi_slice_keep
// decides. Lends data, gives out (null on failure). HZ_ERR_SERIALIZATION, HZ_ERR_MEMORY.
hz_err hzi_value_read(hzi_block_pool *pool, const hzi_slice *data, bool big_endian, hz_value *out,
		hz_error *err);

#endif
