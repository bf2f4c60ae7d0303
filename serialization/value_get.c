// SPDX-License-Identifier: Apache-2.0
//
// Readers of single values.
#include "serialization/builtin.h"
#include "serialization/compact_write.h"

#include <hazelcast/value_read.h>

static const char *const kind_names[HZ_KIND_COUNT] = {
#define NAME(name, number, java) [number] = #name,
		HZ_KIND_MAP_(NAME)
#undef NAME
};

hz_kind
hz_value_kind(const hz_value *v)
{
	return v == NULL ? HZ_KIND_NULL : (hz_kind)v->kind_;
}

bool
hz_value_is_null(const hz_value *v)
{
	return v == NULL || v->kind_ == HZ_KIND_NULL;
}

const char *
hz_kind_name(hz_kind kind)
{
	return (unsigned)kind < HZ_KIND_COUNT ? kind_names[kind] : "UNKNOWN";
}

int32_t
hz_value_type_id(const hz_value *v)
{
	if (v == NULL) {
		return 0;
	}
	if (hzi_value_is_wire(v)) {
		return v->u_.p == NULL ? 0 : hzi_value_wire_type(v);
	}
	if (v->kind_ == HZ_KIND_RECORD) {
		return HZI_TYPE_COMPACT;
	}
	const hzi_builtin *row = hzi_builtin_by_kind(v->kind_);
	return row == NULL ? 0 : row->type_id;
}

static hz_err
expect(const hz_value *v, hz_kind kind, const void *out)
{
	if (v == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	return v->kind_ == kind ? HZ_OK : HZ_ERR_TYPE;
}

// ---- In the value itself ----

#define INLINE_GETTER(name, kind, type, what)                                                      \
	hz_err hz_value_get_##name(const hz_value *v, type *out)                                   \
	{                                                                                          \
		hz_err code = expect(v, kind, out);                                                \
		if (code == HZ_OK) {                                                               \
			*out = what;                                                               \
		}                                                                                  \
		return code;                                                                       \
	}
INLINE_GETTER(bool, HZ_KIND_BOOL, bool, v->u_.i != 0)
INLINE_GETTER(i8, HZ_KIND_I8, int8_t, (int8_t)v->u_.i)
INLINE_GETTER(i16, HZ_KIND_I16, int16_t, (int16_t)v->u_.i)
INLINE_GETTER(char16, HZ_KIND_CHAR16, uint16_t, (uint16_t)v->u_.i)
INLINE_GETTER(i32, HZ_KIND_I32, int32_t, (int32_t)v->u_.i)
INLINE_GETTER(i64, HZ_KIND_I64, int64_t, v->u_.i)
INLINE_GETTER(f32, HZ_KIND_F32, float, v->u_.f)
INLINE_GETTER(f64, HZ_KIND_F64, double, v->u_.d)
INLINE_GETTER(date, HZ_KIND_DATE, int64_t, v->u_.i)
INLINE_GETTER(uuid, HZ_KIND_UUID, hz_uuid, ((hz_uuid){v->u_.bits, v->ext_.bits}))
INLINE_GETTER(local_date, HZ_KIND_LOCAL_DATE, hz_local_date, v->u_.date)
INLINE_GETTER(local_time, HZ_KIND_LOCAL_TIME, hz_local_time, v->u_.time)
INLINE_GETTER(local_date_time, HZ_KIND_LOCAL_DATE_TIME, hz_local_date_time,
		((hz_local_date_time){v->u_.date, v->ext_.time}))
INLINE_GETTER(offset_date_time, HZ_KIND_OFFSET_DATE_TIME, hz_offset_date_time,
		((hz_offset_date_time){v->u_.date, v->ext_.time, (int32_t)v->len_}))

// ---- Behind a pointer ----

// Who takes no length reads up to the zero byte, so it must be there, and be the first one.
static bool
is_c_string(const hz_value *v, hzi_run span)
{
	return (v->flags_ & HZ_VALUE_TERMINATED_) != 0 &&
			(span.n == 0 || memchr(span.p, 0, span.n) == NULL);
}

static hz_err
get_text(const hz_value *v, hz_kind kind, const char **text, size_t *n)
{
	hz_err code = expect(v, kind, text);
	if (code != HZ_OK) {
		return code;
	}
	hzi_run span = hzi_value_run(v);
	if (n == NULL && !is_c_string(v, span)) {
		return HZ_ERR_RANGE;
	}
	*text = (const char *)span.p;
	if (n != NULL) {
		*n = span.n;
	}
	return HZ_OK;
}

hz_err
hz_value_get_str(const hz_value *v, const char **s, size_t *n)
{
	return get_text(v, HZ_KIND_STR, s, n);
}

hz_err
hz_value_get_json(const hz_value *v, const char **json, size_t *n)
{
	return get_text(v, HZ_KIND_JSON, json, n);
}

static hz_err
get_run(const hz_value *v, hz_kind kind, const void **bytes, size_t *n)
{
	hz_err code = expect(v, kind, bytes);
	if (code == HZ_OK && n == NULL) {
		code = HZ_ERR_ARGUMENT;
	}
	if (code == HZ_OK) {
		hzi_run span = hzi_value_run(v);
		*bytes = span.p;
		*n = span.n;
	}
	return code;
}

hz_err
hz_value_get_bytes(const hz_value *v, const void **bytes, size_t *n)
{
	return get_run(v, HZ_KIND_BYTES, bytes, n);
}

hz_err
hz_value_get_big_integer(const hz_value *v, const void **bytes, size_t *n)
{
	return get_run(v, HZ_KIND_BIG_INTEGER, bytes, n);
}

hz_err
hz_value_get_decimal(const hz_value *v, hz_decimal *out)
{
	hz_err code = expect(v, HZ_KIND_DECIMAL, out);
	if (code == HZ_OK) {
		hzi_run span = hzi_value_run(v);
		*out = (hz_decimal){
				.unscaled = span.p, .size = span.n, .scale = hzi_decimal_scale(v)};
	}
	return code;
}

hz_err
hz_value_get_data(const hz_value *v, const void **data, size_t *n)
{
	if (v == NULL || data == NULL || n == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if ((v->flags_ & HZ_VALUE_DATA_) != HZ_VALUE_DATA_) {
		return HZ_ERR_TYPE;
	}
	*data = v->u_.p;
	*n = v->len_;
	return HZ_OK;
}
