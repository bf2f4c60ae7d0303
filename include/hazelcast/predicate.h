// SPDX-License-Identifier: Apache-2.0
//
// Predicates: which entries of a map a query, a listener or an entry processor is for. The members
// look at the entries; the client only says what to look for.
//
//	hz_pred *grown_up = hz_pred_and(
//			hz_pred_greater_equal("age", hz_i32(18)), hz_pred_like("name", "A%"));
//	hz_err e = hz_map_values_where(map, grown_up, &items, &err);
//	hz_pred_destroy(&grown_up);
//
// or, as text that members read, hz_pred_parse("age >= 18 AND name LIKE 'A%'").
//
// An attribute is a path into the value: "age", "address.street", "phones[0]", "phones[any].kind".
// HZ_ATTR_THIS is the value itself, HZ_ATTR_KEY the key, "__key.city" an attribute of the key. An
// entry that has no such attribute has null there.
//
// Ownership: attributes, text and values are lent and written down at once. Functions that join
// predicates take them, in any case, also when they fail: what was joined belongs to the whole and
// is neither joined again nor destroyed on its own. A call that is given a predicate lends it, so
// one predicate serves any number of calls, on any thread.
//
// A record (record.h) among the values is written, but its schema is not handed to the cluster for
// it: an entry with one has done that.
//
// Building never fails on the spot: a predicate remembers its first failure (no memory; an argument
// that is NULL; a value that cannot be written; more than 64 MiB, or more than 64 predicates in
// each other: HZ_ERR_LIMIT), and the call that it is given to ends with it, before anything is
// sent. No function here blocks.
#ifndef HAZELCAST_PREDICATE_H
#define HAZELCAST_PREDICATE_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// One predicate, complete once it is made. Opaque.
typedef struct hz_pred hz_pred;

#define HZ_ATTR_KEY "__key" // the key of an entry
#define HZ_ATTR_THIS "this" // its value

// ---- Text ----

// A predicate in the language of the members' SQL predicate, which is that of a WHERE clause:
// =, !=, <, <=, >, >=, BETWEEN x AND y, IN (...), LIKE, ILIKE, REGEX, AND, OR, NOT, brackets; texts
// stand in single quotes. The members read it; what they do not understand fails the call. Give
// text of users to the functions below, not to this one. Since 0.1.
HZ_API hz_pred *hz_pred_parse(const char *text);

// ---- Comparing an attribute ----
//
// Numbers are compared by what they are worth, whatever their types.

// The attribute is equal to v, or not; the null value asks for entries that have none. Since 0.1.
HZ_API hz_pred *hz_pred_equal(const char *attribute, hz_value v);
HZ_API hz_pred *hz_pred_not_equal(const char *attribute, hz_value v);

// It is greater or less than v, which is not null. Since 0.1.
HZ_API hz_pred *hz_pred_greater(const char *attribute, hz_value v);
HZ_API hz_pred *hz_pred_greater_equal(const char *attribute, hz_value v);
HZ_API hz_pred *hz_pred_less(const char *attribute, hz_value v);
HZ_API hz_pred *hz_pred_less_equal(const char *attribute, hz_value v);

// It is one of `from` to `to`, both included. Since 0.1.
HZ_API hz_pred *hz_pred_between(const char *attribute, hz_value from, hz_value to);

// It is one of n values. Since 0.1.
HZ_API hz_pred *hz_pred_in(const char *attribute, const hz_value *values, size_t n);

// It is text of this form: % stands for any text, _ for one character, \ before them for
// themselves. ilike does not tell upper from lower case. Since 0.1.
HZ_API hz_pred *hz_pred_like(const char *attribute, const char *pattern);
HZ_API hz_pred *hz_pred_ilike(const char *attribute, const char *pattern);

// It is, as a whole, text that a regular expression of Java's describes. Since 0.1.
HZ_API hz_pred *hz_pred_regex(const char *attribute, const char *pattern);

// ---- Others ----

// The value is of a Java class, such as "java.lang.Long", or of one derived from it. Since 0.1.
HZ_API hz_pred *hz_pred_instance_of(const char *class_name);

// Every entry; no entry. Since 0.1.
HZ_API hz_pred *hz_pred_true(void);
HZ_API hz_pred *hz_pred_false(void);

// ---- Joining ----

// Both; one of both; not this one. Take them. Since 0.1.
HZ_API hz_pred *hz_pred_and(hz_pred *a, hz_pred *b);
HZ_API hz_pred *hz_pred_or(hz_pred *a, hz_pred *b);
HZ_API hz_pred *hz_pred_not(hz_pred *a);

// All of n, or one of n; n is not 0. Take each predicate, and lend the list. Since 0.1.
HZ_API hz_pred *hz_pred_all_of(hz_pred *const *list, size_t n);
HZ_API hz_pred *hz_pred_any_of(hz_pred *const *list, size_t n);

// ---- Partitions ----

// The same, asked in the partition of a key only: one member is asked, which looks at a small part
// of its entries. Useful where keys say which partition they belong to. It stands at the top, in no
// other predicate. Lends key, takes a. Since 0.1.
HZ_API hz_pred *hz_pred_in_partition(hz_value key, hz_pred *a);

// Frees a predicate and all that was joined into it. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_pred_destroy(hz_pred **pred);

#ifdef __cplusplus
}
#endif

#endif
