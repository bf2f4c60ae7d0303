// SPDX-License-Identifier: Apache-2.0
//
// Ending, keeping and comparing values, and their serialized form in the caller's memory.
#include "base/block.h"
#include "base/fail.h"
#include "serialization/collection.h"
#include "serialization/data.h"

#include <hazelcast/value.h>

void
hz_value_clear(hz_value *v)
{
	if (v == NULL) {
		return;
	}
	if ((v->flags_ & HZI_VALUE_OWNED) != 0) {
		hzi_block_release(v->ext_.block);
	}
	*v = hz_null();
}

// ---- Copies ----

// Takes a block and a buffer that started in it and may have outgrown it; gives a block with the
// buffer's bytes and a zero behind them, or NULL.
static hzi_block *
settle(hzi_block *block, hzi_buf *buf)
{
	size_t n = buf->len;
	if (buf->data != block->data) {
		hzi_block_release(block);
		block = hzi_block_new(NULL, n + 1);
		if (block != NULL) {
			memcpy(block->data, buf->data, n);
		}
	}
	hzi_buf_clear(buf);
	if (block != NULL) {
		block->data[n] = 0;
	}
	return block;
}

// Serializes into a block of its own with a zero byte behind it. The buffer starts in the block, so
// that a value whose size is known beforehand is written once.
static hz_err
write_block(const hz_value *v, bool be, hzi_block **out, size_t *n, hz_error *err)
{
	const hzi_builtin *row = hzi_builtin_of(v);
	size_t payload = hzi_value_is_wire(v) ? v->len_ : 256;
	hz_err code = HZ_OK;
	if (v->kind_ == HZ_KIND_RAW || (v->kind_ == HZ_KIND_RECORD && hzi_value_is_wire(v))) {
		code = hzi_raw_check(v, be, err);
	} else if (row != NULL && row->shape->measure != NULL) {
		code = row->shape->measure(row, v, &payload, err);
	}
	if (code != HZ_OK) {
		return code;
	}
	hzi_block *block = hzi_block_new(NULL, HZI_DATA_HEADER + payload + 2);
	if (block == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory to copy a value");
	}
	hzi_buf buf;
	hzi_buf_init(&buf, block->data, block->cap);
	code = hzi_data_write(&buf, v, be, NULL, err);
	if (code != HZ_OK) {
		hzi_buf_clear(&buf);
		hzi_block_release(block);
		return code;
	}
	*n = buf.len;
	*out = settle(block, &buf);
	return *out != NULL ? HZ_OK : hzi_fail(err, HZ_ERR_MEMORY, "no memory to copy a value");
}

static hz_err
copy_serialized(const hz_value *v, hz_value *out, hz_error *err)
{
	bool be = (v->flags_ & HZI_VALUE_LE) == 0;
	hzi_block *block = NULL;
	size_t n = 0;
	hz_err code = write_block(v, be, &block, &n, err);
	if (code != HZ_OK) {
		return code;
	}
	// What hz_data was built with stays RAW, whatever it holds.
	if (v->kind_ == HZ_KIND_RAW) {
		*out = hz_data(block->data, n);
		out->flags_ = v->flags_ | HZI_VALUE_DATA;
	} else if (hzi_value_view(block->data, n, be, out) != HZ_OK || !hzi_value_is_wire(out)) {
		hzi_block_release(block);
		*out = hz_null();
		return hzi_fail(err, HZ_ERR_SERIALIZATION, "a value cannot be read back");
	}
	out->ext_.block = block;
	out->flags_ |= HZI_VALUE_OWNED | HZ_VALUE_TERMINATED_;
	return HZ_OK;
}

hz_err
hz_value_copy(const hz_value *v, hz_value *out, hz_error *err)
{
	if (out == NULL || out == v) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"hz_value_copy needs another value to write to");
	}
	*out = hz_null();
	if (v == NULL) {
		return HZ_OK;
	}
	if ((v->flags_ & HZI_VALUE_OWNED) != 0) {
		hzi_block_retain(v->ext_.block);
		*out = *v;
		return HZ_OK;
	}
	const hzi_builtin *row = hzi_builtin_by_kind(v->kind_);
	if (row != NULL && hzi_builtin_is_inline(row)) {
		*out = *v;
		return HZ_OK;
	}
	return copy_serialized(v, out, err);
}

// ---- Serialized form ----

hz_err
hz_value_serialize(
		const hz_value *v, bool big_endian, void *buf, size_t cap, size_t *n, hz_error *err)
{
	if (v == NULL || n == NULL || (buf == NULL && cap != 0)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "hz_value_serialize needs a value and room");
	}
	hzi_buf out;
	hzi_buf_init(&out, buf, cap);
	hz_err code = hzi_data_write(&out, v, big_endian, NULL, err);
	if (code == HZ_OK) {
		*n = out.len;
		if (out.len > cap) {
			code = hzi_fail(err, HZ_ERR_RANGE, "%zu bytes are needed, %zu are there",
					out.len, cap);
		} else if (buf != NULL && out.data != buf) {
			memcpy(buf, out.data, out.len);
		}
	}
	hzi_buf_clear(&out);
	return code;
}

hz_err
hz_value_parse(const void *data, size_t n, bool big_endian, hz_value *out, hz_error *err)
{
	if (data == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "hz_value_parse needs Data and a value");
	}
	hz_err code = hzi_value_view(data, n, big_endian, out);
	if (code != HZ_OK) {
		return hzi_fail(err, code, "%zu bytes of a value contradict themselves", n);
	}
	return HZ_OK;
}

// ---- Comparison ----

static bool
is_collection(const hz_value *v)
{
	return v->kind_ == HZ_KIND_LIST || v->kind_ == HZ_KIND_MAP;
}

static bool
raw_equal(const hz_value *a, const hz_value *b)
{
	return a->len_ == b->len_ && (a->len_ == 0 || memcmp(a->u_.p, b->u_.p, a->len_) == 0);
}

// Records are the same if they would be written the same.
static bool
record_equal(const hz_value *a, const hz_value *b)
{
	bool be = (a->flags_ & b->flags_ & HZI_VALUE_LE) == 0;
	hzi_buf bytes[2] = {{0}, {0}};
	bool equal = hzi_data_write(&bytes[0], a, be, NULL, NULL) == HZ_OK &&
			hzi_data_write(&bytes[1], b, be, NULL, NULL) == HZ_OK &&
			bytes[0].len == bytes[1].len &&
			memcmp(bytes[0].data + HZI_DATA_HEADER, bytes[1].data + HZI_DATA_HEADER,
					bytes[0].len - HZI_DATA_HEADER) == 0;
	hzi_buf_clear(&bytes[0]);
	hzi_buf_clear(&bytes[1]);
	return equal;
}

// For all but collections.
static bool
simple_equal(const hz_value *a, const hz_value *b)
{
	if (a->kind_ == HZ_KIND_RAW) {
		return raw_equal(a, b);
	}
	if (a->kind_ == HZ_KIND_RECORD) {
		return record_equal(a, b);
	}
	const hzi_builtin *row = hzi_builtin_by_kind(a->kind_);
	return row != NULL && row->shape->equal(row, a, b);
}

typedef struct pair {
	hz_value v[2];
	size_t pos[2];
} pair;

bool
hz_value_equal(const hz_value *a, const hz_value *b)
{
	if (hz_value_kind(a) != hz_value_kind(b)) {
		return false;
	}
	if (hz_value_is_null(a) || !is_collection(a)) {
		return hz_value_is_null(a) || simple_equal(a, b);
	}
	pair levels[HZI_DEPTH];
	levels[0] = (pair){.v = {*a, *b}};
	size_t depth = 1;
	while (depth != 0) {
		pair *top = &levels[depth - 1];
		hz_value x;
		hz_value y;
		bool more = hzi_collection_step(&top->v[0], &top->pos[0], &x);
		if (more != hzi_collection_step(&top->v[1], &top->pos[1], &y)) {
			return false;
		}
		if (!more) {
			depth--;
			continue;
		}
		if (x.kind_ != y.kind_ || (is_collection(&x) && depth == HZI_DEPTH)) {
			return false;
		}
		if (is_collection(&x)) {
			levels[depth++] = (pair){.v = {x, y}};
		} else if (!simple_equal(&x, &y)) {
			return false;
		}
	}
	return true;
}
