// SPDX-License-Identifier: Apache-2.0
//
// Every message of every compatibility file: decoded, compared with the values it was made from,
// and encoded again. None is left out.
//
// An older file is a prefix of what we write: first frames and structures end earlier, and so do
// messages. A message without a field newer than the file must come out byte for byte.
#include "base/buf.h"
#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/frame.h"
#include "protocol/gen/map.h"
#include "tests/protocol/vectors.h"
#include "tests/support/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The message that is being looked at, for the report of a failure.
static char at[256];

static void
expect(bool condition, const char *what, const char *field)
{
	if (!condition) {
		fprintf(stderr, "%s: %s: %s\n", at, field, what);
	}
	HZT_CHECK(condition);
}

// NOLINTBEGIN(misc-no-recursion): along the constant descriptors only.

// Whether any part of a value came after a version.
static bool
type_newer(const hzp_type *t, uint8_t version)
{
	bool newer = t->element != NULL && type_newer(t->element, version);
	for (uint32_t i = 0; i < t->n_fields && !newer; i++) {
		newer = t->fields[i].since > version || type_newer(t->fields[i].type, version);
	}
	return newer;
}

// NOLINTEND(misc-no-recursion)

static bool
message_newer(const hzp_message *m, uint8_t version)
{
	bool newer = false;
	for (uint32_t i = 0; i < m->n_fields && !newer; i++) {
		newer = m->fields[i].since > version || type_newer(m->fields[i].type, version);
	}
	return newer;
}

static void
check_prefix(const uint8_t *old, size_t n_old, const uint8_t *new, size_t n_new)
{
	hzp_frames a = {.p = old, .end = old + n_old};
	hzp_frames b = {.p = new, .end = new + n_new};
	while (a.p < a.end) {
		hzp_frame f;
		hzp_frame g;
		expect(hzp_frames_take(&a, &f) && hzp_frames_take(&b, &g), "a frame is missing",
				"prefix");
		if ((f.flags & HZP_FLAG_END) != 0 && (g.flags & HZP_FLAG_END) == 0) {
			// A structure that has grown: what was just taken may open another.
			if ((g.flags & HZP_FLAG_BEGIN) != 0) {
				expect(hzp_frames_skip_to_end(&b), "no end", "prefix");
			}
			expect(hzp_frames_skip_to_end(&b), "no end", "prefix");
			g.flags = HZP_FLAG_END;
			g.n = 0;
		}
		uint16_t ignored = a.p == a.end || b.p == b.end ? HZP_FLAG_FINAL : 0;
		expect(((f.flags ^ g.flags) & ~ignored) == 0, "flags differ", "prefix");
		expect(g.n >= f.n && memcmp(f.p, g.p, f.n) == 0, "content differs", "prefix");
	}
}

typedef struct check {
	uint8_t version;
	bool nulls;
	const char *owner; // the custom type that is being looked at, NULL in the message itself
} check;

// Every value is made from one reference per kind, but for these, mostly enumerations.
static const struct {
	const char *owner;
	const char *field;
	int64_t value;
} exceptions[] = {
		{"BitmapIndexOptions", "unique_key_transformation", 1},
		{"CacheEventData", "cache_event_type", 1},
		{"Capacity", "unit", 3},
		{"Capacity", "value", 50992225},
		{"ClientBwListEntry", "type", 1},
		{"DurationConfig", "time_unit", 1},
		{"EndpointQualifier", "type", 2},
		{"IndexConfig", "type", 1},
		{"JobAndSqlSummary", "status", 2},
		{"JobAndSqlSummary", "user_cancelled", 0},
		{"ListenerConfigHolder", "listener_type", 1},
		{"SqlColumnMetadata", "type", 1},
		{"TimedExpiryPolicyFactoryConfig", "expiry_policy_type", 1},
		{"VectorIndexConfig", "metric", 0},
		{"VectorIndexConfig", "dimension", 1000},
		{"VectorIndexConfig", "max_degree", 200},
		{"VectorIndexConfig", "ef_construction", 300},
		{"VectorIndexConfig", "use_deduplication", 0},
		{"VectorPair", "type", 0},
		{"VectorSearchOptions", "include_value", 0},
		{"VectorSearchOptions", "include_vectors", 0},
		{"VectorSearchOptions", "limit", 100},
};

static int64_t
reference(const check *c, const hzp_field *f, int64_t usual)
{
	for (size_t i = 0; c->owner != NULL && i < sizeof(exceptions) / sizeof(exceptions[0]);
			i++) {
		if (strcmp(exceptions[i].owner, c->owner) == 0 &&
				strcmp(exceptions[i].field, f->name) == 0) {
			return exceptions[i].value;
		}
	}
	return usual;
}

static void check_value(const check *c, const hzp_field *f, const hzp_type *t, bool nullable,
		const char *value);

static bool
is(hzp_bytes b, const char *text)
{
	return b.n == strlen(text) && memcmp(b.p, text, b.n) == 0;
}

static void
check_bytes(const hzp_field *f, const hzp_type *t, hzp_bytes b)
{
	// The tables share one row for all strings, and one for all data.
	const hzp_type *string = HZP_MAP_GET_REQUEST.fields[1].type;
	const hzp_type *data = HZP_MAP_GET_REQUEST.fields[2].type;
	if (t == string) {
		expect(is(b, "localhost"), "is not the string", f->name);
	} else if (t == data) {
		expect(is(b, "111313123131313131"), "is not the data", f->name);
	} else {
		expect(is(b, "q"), "is not the byte array", f->name);
	}
}

// NOLINTBEGIN(misc-no-recursion): along the constant descriptors only.

static void
check_list(const check *c, const hzp_field *f, const hzp_list *l)
{
	expect(l->count > 0, "is empty", f->name);
	const hzp_type *element = l->type->element;
	char *item = calloc(1, element->size);
	uint32_t seen = 0;
	hzp_iter it = hzp_iter_start(l);
	while (hzp_iter_next(&it, item)) {
		seen++;
		check_value(c, f, element, l->type->nullable, item);
	}
	free(item);
	HZT_EQ_INT(seen, l->count);
}

static void
check_fields(const check *c, const hzp_field *fields, uint32_t n, const char *record)
{
	for (uint32_t i = 0; i < n; i++) {
		const hzp_field *f = &fields[i];
		const char *value = record + f->offset;
		if (f->since <= c->version) {
			check_value(c, f, f->type, f->nullable, value);
			continue;
		}
		for (uint32_t k = 0; k < f->type->size; k++) {
			expect(value[k] == 0, "is newer than the file, but not zero", f->name);
		}
	}
}

static bool
is_null(const hzp_type *t, const char *value)
{
	switch ((hzp_kind)t->kind) {
	case HZP_KIND_BYTES:
	case HZP_KIND_FRAMES:
		return ((const hzp_bytes *)(const void *)value)->p == NULL;
	case HZP_KIND_STRUCT:
		return !*(const bool *)value;
	default:
		return hzp_list_is_null((const hzp_list *)(const void *)value);
	}
}

static void
check_uuid(const check *c, const hzp_field *f, hz_uuid u)
{
	// The tables do not tell which of a message's own UUIDs may be null.
	bool null = c->nulls && c->owner == NULL && u.msb == 0 && u.lsb == 0;
	expect(null || (u.msb == 123456789 && u.lsb == 987654321), "is not the UUID", f->name);
}

static void
check_fixed(const check *c, const hzp_field *f, const hzp_type *t, const void *value)
{
	switch ((hzp_kind)t->kind) {
	case HZP_KIND_BOOL:
		expect(*(const bool *)value == reference(c, f, 1), "is not the boolean", f->name);
		break;
	case HZP_KIND_I8:
		expect(*(const int8_t *)value == reference(c, f, 113), "is not the byte", f->name);
		break;
	case HZP_KIND_I32:
		expect(*(const int32_t *)value == reference(c, f, 25), "is not the int", f->name);
		break;
	case HZP_KIND_I64:
		expect(*(const int64_t *)value == reference(c, f, -50992225), "is not the long",
				f->name);
		break;
	case HZP_KIND_F32:
		expect(fabsf(*(const float *)value - 3.14f) < 1e-6f, "is not the float", f->name);
		break;
	case HZP_KIND_UUID:
		check_uuid(c, f, *(const hz_uuid *)value);
		break;
	default:
		expect(false, "is of no known kind", f->name);
	}
}

// The rows of a query: one column of each of several kinds, kept as frames.
static void
check_frames(const hzp_field *f, hzp_bytes b)
{
	hzp_frames in = {.p = b.p, .end = b.p + b.n};
	hzp_frame frame;
	expect(hzp_frames_take(&in, &frame) && frame.flags == HZP_FLAG_BEGIN, "has no begin",
			f->name);
	expect(hzp_frames_take(&in, &frame) && frame.n == 1 && *frame.p == 1, "is not last",
			f->name);
	expect(hzp_frames_skip_to_end(&in) && in.p == in.end, "has no end", f->name);
}

static void
check_value(const check *c, const hzp_field *f, const hzp_type *t, bool nullable, const char *value)
{
	if (t->kind <= HZP_KIND_UUID) {
		check_fixed(c, f, t, value);
		return;
	}
	if (t->kind == HZP_KIND_ENTRY) {
		check_fields(c, t->fields, t->n_fields, value);
		return;
	}
	// A message's own fields are null in the files with nulls, those inside of it never.
	bool null = is_null(t, value);
	bool wanted = nullable && c->nulls && c->owner == NULL && t == f->type;
	expect(null == wanted, "is null or is not, contrary to the file", f->name);
	if (null) {
		return;
	}
	check inside = {c->version, c->nulls, t->name};
	switch ((hzp_kind)t->kind) {
	case HZP_KIND_BYTES:
		check_bytes(f, t, *(const hzp_bytes *)(const void *)value);
		break;
	case HZP_KIND_STRUCT:
		check_fields(&inside, t->fields, t->n_fields, value);
		break;
	case HZP_KIND_FRAMES:
		check_frames(f, *(const hzp_bytes *)(const void *)value);
		break;
	default:
		check_list(c, f, (const hzp_list *)(const void *)value);
	}
}

// NOLINTEND(misc-no-recursion)

static void
check_message(const check *c, const uint8_t *msg, size_t n)
{
	const hzp_message *m = hzp_message_find(hzp_message_type(msg));
	expect(m != NULL && m->since <= c->version, "is no message of this version", "type");
	void *record = malloc(m->struct_size);
	const char *reason = "";
	expect(hzp_decode(msg, n, m, record, &reason) == HZ_OK, reason, m->name);
	check_fields(c, m->fields, m->n_fields, record);
	hzi_buf out = {0};
	HZT_OK(hzp_encode(&out, m, record));
	if (message_newer(m, c->version)) {
		check_prefix(msg, n, out.data, out.len);
	} else {
		expect(out.len == n && memcmp(out.data, msg, n) == 0, "comes out differently",
				m->name);
	}
	hzi_buf_clear(&out);
	free(record);
}

static void
every_message_decodes_to_its_values_and_encodes_to_its_bytes(void)
{
	const vector_file *files = vector_files();
	for (int i = 0; i < N_VECTOR_FILES; i++) {
		const vector_file *file = &files[i];
		check c = {file->version, file->nulls, NULL};
		uint32_t messages = 0;
		for (size_t p = 0; p < file->n; messages++) {
			size_t n = vector_message(file->bytes + p, file->n - p);
			snprintf(at, sizeof(at), "%s: message 0x%06x", file->name,
					(unsigned)hzp_message_type(file->bytes + p));
			check_message(&c, file->bytes + p, n);
			p += n;
		}
		HZT_EQ_INT(messages, file->messages);
	}
}

static const hzt_case cases[] = {
		{"every_message_decodes_to_its_values_and_encodes_to_its_bytes",
				every_message_decodes_to_its_values_and_encodes_to_its_bytes},
};
HZT_MAIN("vectors", cases)
