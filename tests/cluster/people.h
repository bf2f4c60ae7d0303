// SPDX-License-Identifier: Apache-2.0
//
// Something to look for: a map of people, as JSON or as Compact records, whose every field follows
// from the person's number, so that a test can work out the answer to a query itself. A failure
// fails the case (see suite.h).
#ifndef TESTS_CLUSTER_PEOPLE_H
#define TESTS_CLUSTER_PEOPLE_H

#include "tests/cluster/session.h"

enum { PEOPLE = 300 };

typedef struct person {
	int id;           // the key is this number, an Integer
	const char *name; // one of a few, in upper and lower case
	const char *city; // NULL: there is no such field
	int age;          // 0 to 99
	double pay;
	bool active;
	const char *tags[2];
} person;

// The person with this number, 0 to PEOPLE - 1.
person person_at(int id);

typedef enum people_form { PEOPLE_JSON, PEOPLE_RECORDS } people_form;

// A new map with all of them, in the form that was set last: JSON if none was.
hz_map *people_map(const char *base);
void people_set_form(people_form form);

// Whether a query is to find a person.
typedef bool (*person_fn)(const person *p);

// Asks for the keys, the values and the entries that the predicate is true for, and expects exactly
// those that `is` says. Takes pred.
void expect_people(hz_map *map, hz_pred *pred, person_fn is);

// The items are the keys (values: JSON, or entries) of exactly those people. Ends them.
void expect_keys(hz_items *items, person_fn is);
void expect_values(hz_items *items, person_fn is);
void expect_entries(hz_items *items, person_fn is);

// The number of the person that this value is.
int person_of(const hz_value *value);

#endif
