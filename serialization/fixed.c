// SPDX-License-Identifier: Apache-2.0
//
// The shapes whose payload has one size and lies in the value itself: numbers, UUIDs, dates.
#include "base/fail.h"
#include "serialization/builtin.h"

enum { DATE_SIZE = 6, TIME_SIZE = 7, OFFSET_SIZE = 4, UUID_SIZE = 16 };

static hzi_extent
take(size_t size, size_t n, size_t *used)
{
	*used = size;
	return n < size ? HZI_EXTENT_BROKEN : HZI_EXTENT_OK;
}

// ---- Numbers ----

static hzi_extent
fixed_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	(void)p;
	(void)be;
	return take(row->item, n, used);
}

static void
fixed_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	if (row->item == 0) {
		*out = hz_null();
		return;
	}
	uint64_t bits = hzi_load_sized(p, row->item, be);
	if (row->is_signed) {
		unsigned unused = 64 - 8u * row->item;
		bits = (uint64_t)((int64_t)(bits << unused) >> unused);
	}
	if (row->kind == HZ_KIND_BOOL) {
		bits = bits != 0;
	}
	*out = (hz_value){.kind_ = row->kind, .u_.bits = bits};
}

static hz_err
fixed_measure(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err)
{
	(void)v;
	(void)err;
	*size = row->item;
	return HZ_OK;
}

// A float lies in the first bytes of the union, which are the low ones of its bits.
static void
fixed_put(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be)
{
	if (row->item != 0) {
		hzi_store_sized(to, v->u_.bits, row->item, be);
	}
}

static bool
fixed_equal(const hzi_builtin *row, const hz_value *a, const hz_value *b)
{
	// The bytes of the union behind a float mean nothing.
	return memcmp(&a->u_.bits, &b->u_.bits, row->item) == 0;
}

const hzi_shape hzi_shape_fixed = {
		fixed_extent,
		fixed_view,
		fixed_measure,
		fixed_put,
		fixed_equal,
};

// ---- UUIDs ----

static hzi_extent
uuid_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	(void)row;
	(void)p;
	(void)be;
	return take(UUID_SIZE, n, used);
}

static void
uuid_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	*out = (hz_value){
			.kind_ = row->kind,
			.u_.bits = hzi_load64(p, be),
			.ext_.bits = hzi_load64(p + 8, be),
	};
}

static hz_err
uuid_measure(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err)
{
	(void)row;
	(void)v;
	(void)err;
	*size = UUID_SIZE;
	return HZ_OK;
}

static void
uuid_put(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be)
{
	(void)row;
	hzi_store64(to, v->u_.bits, be);
	hzi_store64(to + 8, v->ext_.bits, be);
}

static bool
uuid_equal(const hzi_builtin *row, const hz_value *a, const hz_value *b)
{
	(void)row;
	return a->u_.bits == b->u_.bits && a->ext_.bits == b->ext_.bits;
}

const hzi_shape hzi_shape_uuid = {uuid_extent, uuid_view, uuid_measure, uuid_put, uuid_equal};

// ---- Dates and times ----

static size_t
temporal_size(const hzi_builtin *row)
{
	return ((row->parts & HZI_PART_DATE) != 0 ? DATE_SIZE : 0u) +
			((row->parts & HZI_PART_TIME) != 0 ? TIME_SIZE : 0u) +
			((row->parts & HZI_PART_OFFSET) != 0 ? OFFSET_SIZE : 0u);
}

static hzi_extent
temporal_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	(void)p;
	(void)be;
	return take(temporal_size(row), n, used);
}

// A time alone lies where a date would, behind a date it lies in the second word.
static hz_local_time
time_of(const hzi_builtin *row, const hz_value *v)
{
	return (row->parts & HZI_PART_DATE) != 0 ? v->ext_.time : v->u_.time;
}

static void
temporal_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	*out = (hz_value){.kind_ = row->kind};
	if ((row->parts & HZI_PART_DATE) != 0) {
		out->u_.date = (hz_local_date){
				.year = (int32_t)hzi_load32(p, be), .month = p[4], .day = p[5]};
		p += DATE_SIZE;
	}
	if ((row->parts & HZI_PART_TIME) != 0) {
		hz_local_time time = {.hour = p[0],
				.minute = p[1],
				.second = p[2],
				.nano = (int32_t)hzi_load32(p + 3, be)};
		p += TIME_SIZE;
		if ((row->parts & HZI_PART_DATE) != 0) {
			out->ext_.time = time;
		} else {
			out->u_.time = time;
		}
	}
	if ((row->parts & HZI_PART_OFFSET) != 0) {
		out->len_ = hzi_load32(p, be);
	}
}

static bool
is_day(hz_local_date date)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (date.year < -999999999 || date.year > 999999999 || date.month < 1 || date.month > 12) {
		return false;
	}
	bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
	unsigned last = date.month == 2 && !leap ? 28 : days[date.month - 1];
	return date.day >= 1 && date.day <= last;
}

static bool
is_time(hz_local_time time)
{
	return time.hour < 24 && time.minute < 60 && time.second < 60 && time.nano >= 0 &&
			time.nano <= 999999999;
}

// Checked here because a member stores any bytes: the first Java reader would fail on them.
static hz_err
temporal_measure(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err)
{
	hz_local_date date = v->u_.date;
	if ((row->parts & HZI_PART_DATE) != 0 && !is_day(date)) {
		return hzi_fail(err, HZ_ERR_RANGE, "there is no day %ld-%02u-%02u", (long)date.year,
				date.month, date.day);
	}
	hz_local_time time = time_of(row, v);
	if ((row->parts & HZI_PART_TIME) != 0 && !is_time(time)) {
		return hzi_fail(err, HZ_ERR_RANGE, "there is no time %02u:%02u:%02u and %ld ns",
				time.hour, time.minute, time.second, (long)time.nano);
	}
	int32_t offset = (int32_t)v->len_;
	if ((row->parts & HZI_PART_OFFSET) != 0 && (offset < -18 * 3600 || offset > 18 * 3600)) {
		return hzi_fail(err, HZ_ERR_RANGE, "%ld s is more than 18 hours from UTC",
				(long)offset);
	}
	*size = temporal_size(row);
	return HZ_OK;
}

static void
temporal_put(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be)
{
	if ((row->parts & HZI_PART_DATE) != 0) {
		hzi_store32(to, (uint32_t)v->u_.date.year, be);
		to[4] = v->u_.date.month;
		to[5] = v->u_.date.day;
		to += DATE_SIZE;
	}
	if ((row->parts & HZI_PART_TIME) != 0) {
		hz_local_time time = time_of(row, v);
		to[0] = time.hour;
		to[1] = time.minute;
		to[2] = time.second;
		hzi_store32(to + 3, (uint32_t)time.nano, be);
		to += TIME_SIZE;
	}
	if ((row->parts & HZI_PART_OFFSET) != 0) {
		hzi_store32(to, v->len_, be);
	}
}

// Both are written down and compared, so that reserved bytes do not count.
static bool
temporal_equal(const hzi_builtin *row, const hz_value *a, const hz_value *b)
{
	uint8_t bytes[2][DATE_SIZE + TIME_SIZE + OFFSET_SIZE];
	temporal_put(row, a, bytes[0], true);
	temporal_put(row, b, bytes[1], true);
	return memcmp(bytes[0], bytes[1], temporal_size(row)) == 0;
}

const hzi_shape hzi_shape_temporal = {
		temporal_extent,
		temporal_view,
		temporal_measure,
		temporal_put,
		temporal_equal,
};
