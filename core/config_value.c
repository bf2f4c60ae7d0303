// SPDX-License-Identifier: Apache-2.0
#include "core/config_value.h"

#include "base/fail.h"
#include "base/secret.h"
#include "core/address.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MILLIS_A_SECOND = 1000 };

// What a kind of row can do. copy and clear are NULL where the field owns nothing.
typedef struct kind_ops {
	hz_err (*set)(void *field, const hzi_config_row *row, hzi_span text, hz_error *err);
	void (*show)(const void *field, const hzi_config_row *row, hzi_config_text *out);
	hz_err (*copy)(void *to, const void *from);
	void (*clear)(void *field);
} kind_ops;

// Failure: "KEY: "TEXT" WHY".
static hz_err
refuse(const hzi_config_row *row, hzi_span text, const char *why, hz_error *err)
{
	char quoted[HZI_TEXT_QUOTE];
	return hzi_fail(err, HZ_ERR_CONFIG, "%s: %s %s", row->key.name,
			hzi_text_quote(text.at, text.size, quoted), why);
}

static hz_err
refuse_range(const hzi_config_row *row, hzi_span text, const char *what, hz_error *err)
{
	char why[96];
	(void)snprintf(why, sizeof(why), "is out of range: %s to %s%s%s", row->key.min,
			row->key.max, what[0] == '\0' ? "" : " ", what);
	return refuse(row, text, why, err);
}

static bool
in_range(const hzi_config_row *row, double value)
{
	return value >= row->min && value <= row->max;
}

static void
append(hzi_config_text *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++, out->used++) {
		if (out->used < out->cap) {
			out->buf[out->used] = text[i];
		}
	}
}

// Whole numbers of every width are handled as int64_t; the row knows how wide the field is.
static void
store(void *field, const hzi_config_row *row, int64_t value)
{
	int32_t narrow = (int32_t)value;
	bool flag = value != 0;
	const void *from = row->size == sizeof(value) ? (const void *)&value
			: row->size == sizeof(narrow) ? (const void *)&narrow
						      : (const void *)&flag;
	memcpy(field, from, row->size);
}

static int64_t
load(const void *field, const hzi_config_row *row)
{
	int64_t wide = 0;
	int32_t narrow = 0;
	bool flag = false;
	void *to = row->size == sizeof(wide)          ? (void *)&wide
			: row->size == sizeof(narrow) ? (void *)&narrow
						      : (void *)&flag;
	memcpy(to, field, row->size);
	return wide + narrow + (flag ? 1 : 0);
}

static int64_t
unit(const hzi_config_row *row)
{
	return row->kind == HZI_CONFIG_SECONDS ? MILLIS_A_SECOND : 1;
}

static hz_err
set_integer(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	static const char *const units[] = {
			[HZI_CONFIG_INTEGER] = "",
			[HZI_CONFIG_MILLIS] = "milliseconds",
			[HZI_CONFIG_SECONDS] = "seconds",
	};
	int64_t value = 0;
	hzi_span word = hzi_text_trim(text.at, text.size);
	if (!hzi_text_int(word, &value)) {
		return refuse(row, text, "is not a whole number", err);
	}
	if (!in_range(row, (double)value)) {
		return refuse_range(row, word, units[row->kind], err);
	}
	store(field, row, value * unit(row));
	return HZ_OK;
}

static void
show_integer(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%" PRId64, load(field, row) / unit(row));
	append(out, digits, (size_t)size);
}

static hz_err
set_number(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	double value = 0;
	hzi_span word = hzi_text_trim(text.at, text.size);
	if (!hzi_text_number(word, &value)) {
		return refuse(row, text, "is not a decimal number such as 1.05", err);
	}
	if (!in_range(row, value)) {
		return refuse_range(row, word, "", err);
	}
	memcpy(field, &value, sizeof(value));
	return HZ_OK;
}

static void
show_number(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	(void)row;
	double value = 0;
	char digits[32];
	memcpy(&value, field, sizeof(value));
	hzi_text_show_number(value, digits);
	append(out, digits, strlen(digits));
}

// The choice's name at *at, which is moved behind it.
static hzi_span
next_choice(const char **at)
{
	hzi_span name = {*at, strcspn(*at, "|")};
	*at += name.size + ((*at)[name.size] == '|' ? 1 : 0);
	return name;
}

static hz_err
set_choice(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	const char *at = row->key.choices;
	hzi_span word = hzi_text_trim(text.at, text.size);
	for (int64_t i = 0; *at != '\0'; i++) {
		if (hzi_text_same(word, next_choice(&at))) {
			store(field, row, i);
			return HZ_OK;
		}
	}
	char why[96];
	(void)snprintf(why, sizeof(why), "is none of %s", row->key.choices);
	return refuse(row, text, why, err);
}

static void
show_choice(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	const char *at = row->key.choices;
	hzi_span name = next_choice(&at);
	for (int64_t i = load(field, row); i > 0; i--) {
		name = next_choice(&at);
	}
	append(out, name.at, name.size);
}

static hz_err
set_string(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	if (!in_range(row, (double)text.size)) {
		return refuse_range(row, text, "bytes", err);
	}
	if (row->kind != HZI_CONFIG_PEM && !hzi_text_is_clean(text.at, text.size)) {
		return refuse(row, text, "is not UTF-8 or has control characters", err);
	}
	char *copy = NULL;
	// An optional string that is empty is one that is not set.
	if (text.size > 0 && (copy = strndup(text.at, text.size)) == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "%s: out of memory", row->key.name);
	}
	char **string = (char **)field;
	free(*string);
	*string = copy;
	return HZ_OK;
}

static void
show_string(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	(void)row;
	const char *const *string = (const char *const *)field;
	if (*string != NULL) {
		append(out, *string, strlen(*string));
	}
}

static hz_err
copy_string(void *to, const void *from)
{
	const char *const *old = (const char *const *)from;
	char **string = (char **)to;
	*string = *old == NULL ? NULL : strdup(*old);
	return *string == NULL && *old != NULL ? HZ_ERR_MEMORY : HZ_OK;
}

static void
clear_string(void *field)
{
	char **string = (char **)field;
	free(*string);
	*string = NULL;
}

// Never repeated in a message, whatever is wrong with it.
static hz_err
set_secret(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	if (!in_range(row, (double)text.size)) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				"%s: its length is out of range: %s to %s bytes", row->key.name,
				row->key.min, row->key.max);
	}
	char *copy = NULL;
	if (text.size > 0 && (copy = hzi_secret_new(text.at, text.size)) == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "%s: out of memory", row->key.name);
	}
	char **secret = (char **)field;
	hzi_secret_free(*secret);
	*secret = copy;
	return HZ_OK;
}

static void
show_secret(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	(void)row;
	const char *const *secret = (const char *const *)field;
	append(out, "***", *secret != NULL ? 3 : 0);
}

static hz_err
copy_secret(void *to, const void *from)
{
	const char *const *old = (const char *const *)from;
	char **secret = (char **)to;
	*secret = *old == NULL ? NULL : hzi_secret_new(*old, strlen(*old));
	return *secret == NULL && *old != NULL ? HZ_ERR_MEMORY : HZ_OK;
}

static void
clear_secret(void *field)
{
	char **secret = (char **)field;
	hzi_secret_free(*secret);
	*secret = NULL;
}

static void
clear_strings(void *field)
{
	hzi_strings *strings = (hzi_strings *)field;
	for (size_t i = 0; i < strings->count; i++) {
		free(strings->items[i]);
	}
	free(strings->items);
	*strings = (hzi_strings){NULL, 0};
}

static hz_err
copy_strings(void *to, const void *from)
{
	const hzi_strings *old = (const hzi_strings *)from;
	hzi_strings *strings = (hzi_strings *)to;
	*strings = (hzi_strings){NULL, 0};
	if (old->count == 0) {
		return HZ_OK;
	}
	strings->items = calloc(old->count, sizeof(*strings->items));
	if (strings->items == NULL) {
		return HZ_ERR_MEMORY;
	}
	for (; strings->count < old->count; strings->count++) {
		char *copy = strdup(old->items[strings->count]);
		if (copy == NULL) {
			clear_strings(strings);
			return HZ_ERR_MEMORY;
		}
		strings->items[strings->count] = copy;
	}
	return HZ_OK;
}

static hz_err
check_item(const hzi_config_row *row, hzi_span item, const char *copy, hz_error *err)
{
	hz_error why = {.code = HZ_OK};
	hzi_address ignored;
	if (item.size == 0) {
		return refuse(row, item, "is no item: there is a comma too many", err);
	}
	if (!hzi_text_is_clean(item.at, item.size)) {
		return refuse(row, item, "is not UTF-8 or has control characters", err);
	}
	if (row->kind == HZI_CONFIG_ADDRESSES && hzi_address_parse(copy, &ignored, &why) != HZ_OK) {
		return hzi_fail(err, HZ_ERR_CONFIG, "%s: %s", row->key.name, why.message);
	}
	return HZ_OK;
}

// Appends the items between the commas to strings, which has room for all of them. What has been
// appended stays on failure.
static hz_err
read_items(hzi_strings *strings, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	const char *end = text.at + text.size;
	for (const char *at = text.at; at <= end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma != NULL ? comma : end;
		hzi_span item = hzi_text_trim(at, (size_t)(stop - at));
		char *copy = strndup(item.at, item.size);
		if (copy == NULL) {
			return hzi_fail(err, HZ_ERR_MEMORY, "%s: out of memory", row->key.name);
		}
		strings->items[strings->count++] = copy;
		hz_err e = check_item(row, item, copy, err);
		if (e != HZ_OK) {
			return e;
		}
		at = stop + 1;
	}
	return HZ_OK;
}

static size_t
count_items(hzi_span text)
{
	size_t count = text.size == 0 ? 0 : 1;
	for (size_t i = 0; i < text.size; i++) {
		count += text.at[i] == ',' ? 1 : 0;
	}
	return count;
}

static hz_err
set_strings(void *field, const hzi_config_row *row, hzi_span text, hz_error *err)
{
	hzi_span list = hzi_text_trim(text.at, text.size);
	size_t count = count_items(list);
	if (!in_range(row, (double)count)) {
		return refuse_range(row, list, "items", err);
	}
	hzi_strings fresh = {NULL, 0};
	if (count > 0) {
		fresh.items = calloc(count, sizeof(*fresh.items));
		if (fresh.items == NULL) {
			return hzi_fail(err, HZ_ERR_MEMORY, "%s: out of memory", row->key.name);
		}
		hz_err e = read_items(&fresh, row, list, err);
		if (e != HZ_OK) {
			clear_strings(&fresh);
			return e;
		}
	}
	clear_strings(field);
	*(hzi_strings *)field = fresh;
	return HZ_OK;
}

static void
show_strings(const void *field, const hzi_config_row *row, hzi_config_text *out)
{
	(void)row;
	const hzi_strings *strings = (const hzi_strings *)field;
	for (size_t i = 0; i < strings->count; i++) {
		append(out, ",", i == 0 ? 0 : 1);
		append(out, strings->items[i], strlen(strings->items[i]));
	}
}

static const kind_ops kinds[] = {
		[HZI_CONFIG_STRING] = {set_string, show_string, copy_string, clear_string},
		[HZI_CONFIG_PEM] = {set_string, show_string, copy_string, clear_string},
		[HZI_CONFIG_SECRET] = {set_secret, show_secret, copy_secret, clear_secret},
		[HZI_CONFIG_LIST] = {set_strings, show_strings, copy_strings, clear_strings},
		[HZI_CONFIG_ADDRESSES] = {set_strings, show_strings, copy_strings, clear_strings},
		[HZI_CONFIG_BOOL] = {set_choice, show_choice, NULL, NULL},
		[HZI_CONFIG_CHOICE] = {set_choice, show_choice, NULL, NULL},
		[HZI_CONFIG_INTEGER] = {set_integer, show_integer, NULL, NULL},
		[HZI_CONFIG_MILLIS] = {set_integer, show_integer, NULL, NULL},
		[HZI_CONFIG_SECONDS] = {set_integer, show_integer, NULL, NULL},
		[HZI_CONFIG_NUMBER] = {set_number, show_number, NULL, NULL},
};

hz_err
hzi_config_value_set(hz_config *config, const hzi_config_row *row, const char *text, hz_error *err)
{
	hzi_span span = {text, strlen(text)};
	return kinds[row->kind].set((char *)config + row->offset, row, span, err);
}

void
hzi_config_value_show(const hz_config *config, const hzi_config_row *row, hzi_config_text *out)
{
	kinds[row->kind].show((const char *)config + row->offset, row, out);
}

hz_err
hzi_config_value_copy(hz_config *to, const hz_config *from, const hzi_config_row *row)
{
	if (kinds[row->kind].copy == NULL) {
		return HZ_OK;
	}
	return kinds[row->kind].copy((char *)to + row->offset, (const char *)from + row->offset);
}

void
hzi_config_value_clear(hz_config *config, const hzi_config_row *row)
{
	if (kinds[row->kind].clear != NULL) {
		kinds[row->kind].clear((char *)config + row->offset);
	}
}
