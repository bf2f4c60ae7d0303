// SPDX-License-Identifier: Apache-2.0
//
// Values as text for people.
#include "serialization/builtin.h"
#include "serialization/collection.h"
#include "serialization/sink.h"

#include <hazelcast/generic_record.h>
#include <hazelcast/value_read.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// For short pieces: at most 63 characters.
static void HZI_PRINTF(2, 3) put(hzi_sink *to, const char *format, ...)
{
	char piece[64];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	hzi_sink_put(to, piece, strlen(piece));
}

// ---- Single values ----

typedef void printer(hzi_sink *to, const hz_value *v);

static void
print_null(hzi_sink *to, const hz_value *v)
{
	(void)v;
	put(to, "null");
}

static void
print_bool(hzi_sink *to, const hz_value *v)
{
	put(to, v->u_.i != 0 ? "true" : "false");
}

static void
print_integer(hzi_sink *to, const hz_value *v)
{
	put(to, "%" PRId64, v->u_.i);
}

static void
print_char16(hzi_sink *to, const hz_value *v)
{
	unsigned unit = (unsigned)v->u_.bits;
	put(to, unit >= 0x20 && unit < 0x7f ? "'%c'" : "'\\u%04x'", unit);
}

// The fewest digits that still tell the number from its neighbours; a point also where the process
// has set a locale with a comma.
static void
put_real(hzi_sink *to, double d, bool is_float)
{
	char text[40];
	int most = is_float ? 9 : 17;
	for (int digits = is_float ? 6 : 15; digits <= most; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, d);
		if (is_float ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d) {
			break;
		}
	}
	for (const char *c = text; *c != 0; c++) {
		hzi_sink_put_char(to, (char)(*c == ',' ? '.' : *c));
	}
}

static void
print_f32(hzi_sink *to, const hz_value *v)
{
	put_real(to, (double)v->u_.f, true);
}

static void
print_f64(hzi_sink *to, const hz_value *v)
{
	put_real(to, v->u_.d, false);
}

// Quoted; what would disturb a terminal is escaped, what is beyond ASCII is left as it is.
static void
print_text(hzi_sink *to, const hz_value *v)
{
	hzi_run text = hzi_value_run(v);
	hzi_sink_put_char(to, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = (char)text.p[i];
		if (c == '"' || c == '\\') {
			hzi_sink_put_char(to, '\\');
			hzi_sink_put_char(to, c);
		} else if (text.p[i] < 0x20 || c == 0x7f) {
			put(to, "\\u%04x", text.p[i]);
		} else {
			hzi_sink_put_char(to, c);
		}
	}
	hzi_sink_put_char(to, '"');
}

static void
print_json(hzi_sink *to, const hz_value *v)
{
	hzi_run text = hzi_value_run(v);
	hzi_sink_put(to, (const char *)text.p, text.n);
}

static void
put_hex(hzi_sink *to, hzi_run bytes)
{
	put(to, "0x");
	for (size_t i = 0; i < bytes.n; i++) {
		put(to, "%02x", bytes.p[i]);
	}
}

static void
print_bytes(hzi_sink *to, const hz_value *v)
{
	put_hex(to, hzi_value_run(v));
}

static void
print_uuid(hzi_sink *to, const hz_value *v)
{
	uint64_t msb = v->u_.bits;
	uint64_t lsb = v->ext_.bits;
	put(to, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64, msb >> 32, (msb >> 16) & 0xffff,
			msb & 0xffff);
	put(to, "-%04" PRIx64 "-%012" PRIx64, lsb >> 48, lsb & 0xffffffffffff);
}

// Numbers too long for decimal digits are shown as the bytes that they are.
static void
print_decimal(hzi_sink *to, const hz_value *v)
{
	hzi_run bytes = hzi_value_run(v);
	hz_decimal number = {.unscaled = bytes.p, .size = bytes.n};
	if (v->kind_ == HZ_KIND_DECIMAL) {
		number.scale = hzi_decimal_scale(v);
	}
	size_t used = to->n < to->cap ? to->n : to->cap;
	size_t needed = 0;
	if (hz_decimal_format(&number, used == to->cap ? NULL : to->buf + used, to->cap - used,
			    &needed, NULL) == HZ_OK) {
		to->n += needed;
	} else {
		put_hex(to, bytes);
	}
}

static void
put_day(hzi_sink *to, hz_local_date date)
{
	put(to, "%04" PRId32 "-%02u-%02u", date.year, date.month, date.day);
}

static void
put_clock(hzi_sink *to, hz_local_time time)
{
	put(to, "%02u:%02u:%02u", time.hour, time.minute, time.second);
	if (time.nano != 0) {
		put(to, ".%09" PRId32, time.nano);
	}
}

static void
print_date(hzi_sink *to, const hz_value *v)
{
	put(to, "%" PRId64 "ms", v->u_.i);
}

static void
print_local_date(hzi_sink *to, const hz_value *v)
{
	put_day(to, v->u_.date);
}

static void
print_local_time(hzi_sink *to, const hz_value *v)
{
	put_clock(to, v->u_.time);
}

static void
print_local_date_time(hzi_sink *to, const hz_value *v)
{
	put_day(to, v->u_.date);
	hzi_sink_put_char(to, 'T');
	put_clock(to, v->ext_.time);
}

static void
print_offset_date_time(hzi_sink *to, const hz_value *v)
{
	int64_t offset = (int32_t)v->len_;
	uint64_t size = (uint64_t)(offset < 0 ? -offset : offset);
	print_local_date_time(to, v);
	put(to, "%c%02" PRIu64 ":%02" PRIu64, offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
	if (size % 60 != 0) {
		put(to, ":%02" PRIu64, size % 60);
	}
}

static void
print_raw(hzi_sink *to, const hz_value *v)
{
	put(to, "<type %" PRId32 ", %" PRIu32 " bytes>", hz_value_type_id(v), v->len_);
}

static void
print_record(hzi_sink *to, const hz_value *v)
{
	int64_t id = 0;
	if (hz_value_get_schema_id(v, &id) == HZ_OK) {
		put(to, "<record of schema %" PRId64 ", %" PRIu32 " bytes>", id, v->len_);
		return;
	}
	const hz_generic_record *record = NULL;
	const hz_record_type *type = v->ext_.block;
	const char *name = hz_value_get_generic_record(v, &record) == HZ_OK
			? hz_generic_record_type(record)
			: type->name;
	put(to, "<record of type ");
	hzi_sink_put(to, name, strlen(name));
	hzi_sink_put_char(to, '>');
}

// The kinds without a row hold others and are walked.
static printer *const printers[HZ_KIND_COUNT] = {
		[HZ_KIND_NULL] = print_null,
		[HZ_KIND_BOOL] = print_bool,
		[HZ_KIND_I8] = print_integer,
		[HZ_KIND_I16] = print_integer,
		[HZ_KIND_CHAR16] = print_char16,
		[HZ_KIND_I32] = print_integer,
		[HZ_KIND_I64] = print_integer,
		[HZ_KIND_F32] = print_f32,
		[HZ_KIND_F64] = print_f64,
		[HZ_KIND_STR] = print_text,
		[HZ_KIND_BYTES] = print_bytes,
		[HZ_KIND_JSON] = print_json,
		[HZ_KIND_UUID] = print_uuid,
		[HZ_KIND_BIG_INTEGER] = print_decimal,
		[HZ_KIND_DECIMAL] = print_decimal,
		[HZ_KIND_DATE] = print_date,
		[HZ_KIND_LOCAL_DATE] = print_local_date,
		[HZ_KIND_LOCAL_TIME] = print_local_time,
		[HZ_KIND_LOCAL_DATE_TIME] = print_local_date_time,
		[HZ_KIND_OFFSET_DATE_TIME] = print_offset_date_time,
		[HZ_KIND_RAW] = print_raw,
		[HZ_KIND_RECORD] = print_record,
};

// ---- What holds others ----

typedef struct level {
	hz_value v;
	size_t pos;
	size_t shown;
} level;

static bool
next_object(level *top, hz_value *item)
{
	return top->v.kind_ == HZ_KIND_MAP ? hzi_collection_step(&top->v, &top->pos, item)
					   : hz_value_next(&top->v, &top->pos, item);
}

static const char *
separator(const level *top)
{
	bool is_value = top->v.kind_ == HZ_KIND_MAP && top->shown % 2 == 1;
	return top->shown == 0 ? "" : is_value ? ": " : ", ";
}

static void
print_nested(hzi_sink *to, const hz_value *v)
{
	level levels[HZI_DEPTH];
	levels[0] = (level){.v = *v};
	size_t depth = 1;
	hzi_sink_put_char(to, v->kind_ == HZ_KIND_MAP ? '{' : '[');
	while (depth != 0) {
		level *top = &levels[depth - 1];
		hz_value item;
		if (!next_object(top, &item)) {
			hzi_sink_put_char(to, top->v.kind_ == HZ_KIND_MAP ? '}' : ']');
			depth--;
			continue;
		}
		put(to, "%s", separator(top));
		top->shown++;
		if (item.kind_ >= HZ_KIND_COUNT ||
				(printers[item.kind_] == NULL && depth == HZI_DEPTH)) {
			put(to, "...");
		} else if (printers[item.kind_] != NULL) {
			printers[item.kind_](to, &item);
		} else {
			levels[depth++] = (level){.v = item};
			hzi_sink_put_char(to, item.kind_ == HZ_KIND_MAP ? '{' : '[');
		}
	}
}

size_t
hz_value_format(const hz_value *v, char *buf, size_t cap)
{
	hzi_sink to = {.cap = buf == NULL ? 0 : cap};
	to.buf = buf;
	if (v == NULL || v->kind_ >= HZ_KIND_COUNT) {
		put(&to, v == NULL ? "null" : "?");
	} else if (printers[v->kind_] != NULL) {
		printers[v->kind_](&to, v);
	} else {
		print_nested(&to, v);
	}
	hzi_sink_end(&to);
	return to.n;
}
