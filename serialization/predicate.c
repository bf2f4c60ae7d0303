// SPDX-License-Identifier: Apache-2.0
#include "serialization/predicate.h"

#include "base/fail.h"
#include "serialization/data.h"

// The factory of predicates, and its classes.
enum {
	FACTORY = -20,
	SQL = 0,
	AND = 1,
	BETWEEN = 2,
	EQUAL = 3,
	GREATER_LESS = 4,
	LIKE = 5,
	ILIKE = 6,
	IN = 7,
	INSTANCE_OF = 8,
	NOT_EQUAL = 9,
	NOT = 10,
	OR = 11,
	REGEX = 12,
	FALSE_ = 13,
	TRUE_ = 14,
	PARTITION = 16,
};

_Static_assert(sizeof(hz_pred) <= HZI_OBJECT_ROOM, "a predicate has room");

static hz_pred *
make(int32_t class_id)
{
	return hzi_object_new(sizeof(hz_pred), FACTORY, class_id);
}

static void
add_text(hz_pred *pred, const char *text, const char *missing)
{
	if (text == NULL) {
		hzi_object_fail(&pred->object, HZ_ERR_ARGUMENT, missing);
	} else {
		hzi_object_text(&pred->object, text);
	}
}

static hz_pred *
make_on(int32_t class_id, const char *attribute)
{
	hz_pred *pred = make(class_id);
	add_text(pred, attribute, "the attribute of a predicate is NULL");
	return pred;
}

static void
add_value(hz_pred *pred, hz_value v)
{
	if (hz_value_is_null(&v)) {
		hzi_object_fail(&pred->object, HZ_ERR_ARGUMENT,
				"nothing is greater or less than null");
	} else {
		hzi_object_value(&pred->object, &v);
	}
}

// ---- Comparing ----

HZ_API hz_pred *
hz_pred_parse(const char *text)
{
	hz_pred *pred = make(SQL);
	add_text(pred, text, "the text of a predicate is NULL");
	return pred;
}

HZ_API hz_pred *
hz_pred_equal(const char *attribute, hz_value v)
{
	hz_pred *pred = make_on(EQUAL, attribute);
	hzi_object_value(&pred->object, &v);
	return pred;
}

HZ_API hz_pred *
hz_pred_not_equal(const char *attribute, hz_value v)
{
	hz_pred *pred = make_on(NOT_EQUAL, attribute);
	hzi_object_value(&pred->object, &v);
	return pred;
}

static hz_pred *
make_greater_less(const char *attribute, hz_value v, bool equal, bool less)
{
	hz_pred *pred = make_on(GREATER_LESS, attribute);
	add_value(pred, v);
	hzi_object_bool(&pred->object, equal);
	hzi_object_bool(&pred->object, less);
	return pred;
}

HZ_API hz_pred *
hz_pred_greater(const char *attribute, hz_value v)
{
	return make_greater_less(attribute, v, false, false);
}

HZ_API hz_pred *
hz_pred_greater_equal(const char *attribute, hz_value v)
{
	return make_greater_less(attribute, v, true, false);
}

HZ_API hz_pred *
hz_pred_less(const char *attribute, hz_value v)
{
	return make_greater_less(attribute, v, false, true);
}

HZ_API hz_pred *
hz_pred_less_equal(const char *attribute, hz_value v)
{
	return make_greater_less(attribute, v, true, true);
}

HZ_API hz_pred *
hz_pred_between(const char *attribute, hz_value from, hz_value to)
{
	hz_pred *pred = make_on(BETWEEN, attribute);
	add_value(pred, to); // Java writes the upper bound first
	add_value(pred, from);
	return pred;
}

HZ_API hz_pred *
hz_pred_in(const char *attribute, const hz_value *values, size_t n)
{
	hz_pred *pred = make_on(IN, attribute);
	if (values == NULL && n != 0) {
		hzi_object_fail(&pred->object, HZ_ERR_ARGUMENT, "values is NULL");
	} else if (n > HZI_OBJECT_MAX) {
		hzi_object_fail(&pred->object, HZ_ERR_LIMIT, "too many values for a predicate");
	}
	hzi_object_i32(&pred->object, (int32_t)n);
	for (size_t i = 0; i < n && hzi_object_good(&pred->object); i++) {
		hzi_object_value(&pred->object, &values[i]);
	}
	return pred;
}

static hz_pred *
make_pattern(int32_t class_id, const char *attribute, const char *pattern)
{
	hz_pred *pred = make_on(class_id, attribute);
	add_text(pred, pattern, "the pattern of a predicate is NULL");
	return pred;
}

HZ_API hz_pred *
hz_pred_like(const char *attribute, const char *pattern)
{
	return make_pattern(LIKE, attribute, pattern);
}

HZ_API hz_pred *
hz_pred_ilike(const char *attribute, const char *pattern)
{
	return make_pattern(ILIKE, attribute, pattern);
}

HZ_API hz_pred *
hz_pred_regex(const char *attribute, const char *pattern)
{
	return make_pattern(REGEX, attribute, pattern);
}

// ---- Others ----

HZ_API hz_pred *
hz_pred_instance_of(const char *class_name)
{
	hz_pred *pred = make(INSTANCE_OF);
	add_text(pred, class_name, "the class of a predicate is NULL");
	return pred;
}

HZ_API hz_pred *
hz_pred_true(void)
{
	return make(TRUE_);
}

HZ_API hz_pred *
hz_pred_false(void)
{
	return make(FALSE_);
}

// ---- Joining ----

static void
add_child(hz_pred *pred, const hz_pred *child)
{
	if (child == NULL) {
		hzi_object_fail(&pred->object, HZ_ERR_ARGUMENT, "a predicate to be joined is NULL");
	} else if (child->target != NULL) {
		hzi_object_fail(&pred->object, HZ_ERR_ARGUMENT,
				"a partition predicate cannot be joined into another one");
	} else {
		hzi_object_child(&pred->object, &child->object);
	}
}

static hz_pred *
make_joined(int32_t class_id, hz_pred *const *list, size_t n)
{
	hz_pred *pred = make(class_id);
	if (list == NULL || n == 0 || n > HZI_OBJECT_MAX) {
		hzi_object_fail(&pred->object, n > HZI_OBJECT_MAX ? HZ_ERR_LIMIT : HZ_ERR_ARGUMENT,
				"not one predicate to be joined, or too many");
		n = list == NULL || n > HZI_OBJECT_MAX ? 0 : n;
	}
	hzi_object_i32(&pred->object, (int32_t)n);
	for (size_t i = 0; i < n; i++) {
		hz_pred *child = list[i];
		add_child(pred, child);
		hz_pred_destroy(&child);
	}
	return pred;
}

HZ_API hz_pred *
hz_pred_all_of(hz_pred *const *list, size_t n)
{
	return make_joined(AND, list, n);
}

HZ_API hz_pred *
hz_pred_any_of(hz_pred *const *list, size_t n)
{
	return make_joined(OR, list, n);
}

HZ_API hz_pred *
hz_pred_and(hz_pred *a, hz_pred *b)
{
	return make_joined(AND, (hz_pred *const[]){a, b}, 2);
}

HZ_API hz_pred *
hz_pred_or(hz_pred *a, hz_pred *b)
{
	return make_joined(OR, (hz_pred *const[]){a, b}, 2);
}

HZ_API hz_pred *
hz_pred_not(hz_pred *a)
{
	hz_pred *pred = make(NOT);
	add_child(pred, a);
	hz_pred_destroy(&a);
	return pred;
}

// ---- Partitions ----

// The key's Data and hash, which say where the call goes.
static void
keep_key(hz_pred *pred, const hz_value *key)
{
	for (size_t be = 0; be < 2 && hzi_object_good(&pred->object); be++) {
		hz_error err;
		hz_err e = hzi_data_write(&pred->key[be], key, be != 0, &pred->hash[be], &err);
		if (e != HZ_OK) {
			hzi_object_fail(&pred->object, e,
					"the key of a partition predicate cannot be written");
		}
	}
}

HZ_API hz_pred *
hz_pred_in_partition(hz_value key, hz_pred *a)
{
	hz_pred *pred = make(PARTITION);
	hzi_object_value(&pred->object, &key);
	add_child(pred, a);
	keep_key(pred, &key);
	if (hzi_object_good(&pred->object)) {
		pred->target = a;
	} else {
		hz_pred_destroy(&a);
	}
	return pred;
}

HZ_API void
hz_pred_destroy(hz_pred **pred)
{
	if (pred == NULL || *pred == NULL) {
		return;
	}
	hz_pred *gone = *pred;
	*pred = NULL;
	if (hzi_object_is_shared(&gone->object)) {
		return;
	}
	hzi_buf_clear(&gone->key[0]);
	hzi_buf_clear(&gone->key[1]);
	// What is asked in a partition is no partition predicate itself, so this ends there.
	hzi_object_free(gone->target);
	hzi_object_free(gone);
}
