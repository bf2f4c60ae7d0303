// SPDX-License-Identifier: Apache-2.0
#include "serialization/data.h"

#include "base/fail.h"
#include "serialization/collection.h"
#include "serialization/partition.h"

// ---- Writing ----

hz_err
hzi_raw_check(const hz_value *v, bool be, hz_error *err)
{
	bool is_data = (v->flags_ & HZI_VALUE_DATA) != 0;
	if (v->u_.p == NULL || (is_data && v->len_ < HZI_DATA_HEADER)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "Data of %lu bytes has no header",
				(unsigned long)v->len_);
	}
	if (v->len_ > INT32_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a value of 2 GiB or more cannot be sent");
	}
	if ((v->flags_ & HZI_VALUE_LE) != 0 && be) {
		return hzi_fail(err, HZ_ERR_SERIALIZATION,
				"a value of type %ld from a little-endian cluster cannot be turned "
				"round",
				(long)hzi_value_wire_type(v));
	}
	return HZ_OK;
}

hz_err
hzi_payload_append(hzi_buf *buf, const hzi_builtin *row, const hz_value *v, bool be, hz_error *err)
{
	size_t size = 0;
	const uint8_t *ready = NULL;
	if (hzi_value_is_ready(v, be)) {
		ready = hzi_value_payload(v, &size);
	} else {
		hz_err code = row->shape->measure(row, v, &size, err);
		if (code != HZ_OK || size == 0) {
			return code;
		}
	}
	uint8_t *to = hzi_buf_extend(buf, size);
	if (to == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory to serialize %zu bytes", size);
	}
	if (ready != NULL) {
		memcpy(to, ready, size);
	} else {
		row->shape->put(row, v, to, be);
	}
	return HZ_OK;
}

static hz_err
append_header(hzi_buf *out, int32_t type_id, hz_error *err)
{
	uint8_t *header = hzi_buf_extend(out, HZI_DATA_HEADER);
	if (header == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a value");
	}
	hzi_store_be32(header, 0);
	hzi_store_be32(header + 4, (uint32_t)type_id);
	return HZ_OK;
}

static hz_err
append_raw(hzi_buf *out, const hz_value *v, bool be, hz_error *err)
{
	hz_err code = hzi_raw_check(v, be, err);
	if (code == HZ_OK && (v->flags_ & HZI_VALUE_DATA) == 0) {
		code = append_header(out, hzi_value_wire_type(v), err); // an element has none
	}
	if (code == HZ_OK && !hzi_buf_append(out, v->u_.p, v->len_)) {
		code = hzi_fail(err, HZ_ERR_MEMORY, "no memory for a value");
	}
	return code;
}

static hz_err
append_builtin(hzi_write *to, const hz_value *v, hz_error *err)
{
	const hzi_builtin *row = hzi_builtin_of(v);
	if (row == NULL || row->kind == HZ_KIND_NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				row == NULL ? "not a value" : "a null value is not allowed here");
	}
	hz_err code = append_header(to->buf, row->type_id, err);
	if (code != HZ_OK) {
		return code;
	}
	if (row->shape == &hzi_shape_collection && !hzi_value_is_ready(v, to->be)) {
		return hzi_collection_append(to, v, err);
	}
	return hzi_payload_append(to->buf, row, v, to->be, err);
}

static hz_err
append_record(hzi_write *to, const hz_value *v, hz_error *err)
{
	hz_err code = append_header(to->buf, HZI_TYPE_COMPACT, err);
	return code == HZ_OK ? hzi_record_append(to, v, err) : code;
}

hz_err
hzi_data_write(hzi_buf *out, const hz_value *v, bool big_endian, int32_t *hash, hz_error *err)
{
	return hzi_data_write_to(out, v, big_endian, NULL, hash, err);
}

hz_err
hzi_data_write_to(hzi_buf *out, const hz_value *v, bool big_endian, const hzi_schema_sink *sink,
		int32_t *hash, hz_error *err)
{
	size_t start = out->len;
	hzi_write to = {.buf = out, .be = big_endian, .sink = sink};
	bool is_record = v->kind_ == HZ_KIND_RECORD;
	hz_err code = HZ_OK;
	if (v->kind_ == HZ_KIND_RAW || (is_record && hzi_value_is_wire(v))) {
		code = append_raw(out, v, big_endian, err);
	} else {
		code = is_record ? append_record(&to, v, err) : append_builtin(&to, v, err);
	}
	if (code != HZ_OK) {
		out->len = start;
		return code;
	}
	if (hash != NULL) {
		*hash = hzi_data_hash(out->data + start, out->len - start);
	}
	return HZ_OK;
}

// ---- Reading ----

static void
view_raw(const uint8_t *p, size_t n, bool be, hz_value *out)
{
	*out = hz_data(p, n);
	out->flags_ |= be ? 0 : HZI_VALUE_LE;
}

hz_err
hzi_value_view(const uint8_t *p, size_t n, bool big_endian, hz_value *out)
{
	*out = hz_null();
	if (p == NULL) {
		return HZ_OK;
	}
	if (n < HZI_DATA_HEADER || n > INT32_MAX) {
		return HZ_ERR_SERIALIZATION;
	}
	const uint8_t *payload = p + HZI_DATA_HEADER;
	size_t left = n - HZI_DATA_HEADER;
	const hzi_builtin *row =
			hzi_builtin_at((int32_t)hzi_load_be32(p + 4), payload, left, big_endian);
	size_t used = 0;
	hzi_extent found = HZI_EXTENT_UNKNOWN;
	if (row != NULL) {
		found = row->shape->extent(row, payload, left, big_endian, &used);
	}
	if (found == HZI_EXTENT_UNKNOWN && row != NULL &&
			hzi_entry_has_tail(row, payload, left, big_endian)) {
		found = HZI_EXTENT_OK;
		used = left;
	}
	if (found == HZI_EXTENT_UNKNOWN) {
		view_raw(p, n, big_endian, out);
		// Where it ends says its schema, which may have to be asked for: see compact_read.h.
		if (hzi_value_is_compact(out)) {
			out->kind_ = HZ_KIND_RECORD;
		}
		return HZ_OK;
	}
	// Bytes behind the end are somebody's mistake as well, and nobody would see them again.
	if (found == HZI_EXTENT_BROKEN || used != left) {
		return HZ_ERR_SERIALIZATION;
	}
	hzi_builtin_view(row, p + HZI_DATA_HEADER, used, big_endian, true, out);
	return HZ_OK;
}

// Text gets a block of its own with one byte more, so that C can read it as a string.
static hz_err
own_text(hzi_block_pool *pool, const hzi_slice *data, hz_value *out, hz_error *err)
{
	hzi_block *block = hzi_block_new(pool, data->n + 1);
	if (block == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a text of %zu bytes", data->n);
	}
	memcpy(block->data, data->p, data->n);
	block->data[data->n] = 0;
	out->u_.p = block->data;
	out->ext_.block = block;
	out->flags_ |= HZI_VALUE_OWNED | HZ_VALUE_TERMINATED_;
	return HZ_OK;
}

static hz_err
own_slice(hzi_block_pool *pool, const hzi_slice *data, hz_value *out, hz_error *err)
{
	hzi_slice kept = {0};
	if (hzi_slice_keep(pool, data, &kept) != HZ_OK) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a value of %zu bytes", data->n);
	}
	out->u_.p = kept.p;
	out->ext_.block = kept.block;
	out->flags_ |= HZI_VALUE_OWNED;
	return HZ_OK;
}

hz_err
hzi_value_read(hzi_block_pool *pool, const hzi_slice *data, bool big_endian, hz_value *out,
		hz_error *err)
{
	hz_value v;
	*out = hz_null();
	if (hzi_value_view(data->p, data->n, big_endian, &v) != HZ_OK) {
		return hzi_fail(err, HZ_ERR_SERIALIZATION,
				"%zu bytes of a value contradict themselves", data->n);
	}
	hz_err code = HZ_OK;
	if (v.kind_ == HZ_KIND_STR || v.kind_ == HZ_KIND_JSON) {
		code = own_text(pool, data, &v, err);
	} else if (hzi_value_is_wire(&v)) {
		code = own_slice(pool, data, &v, err);
	}
	if (code == HZ_OK) {
		*out = v;
	}
	return code;
}
