// SPDX-License-Identifier: Apache-2.0
#include "tests/cluster/people.h"

#include <stdio.h>
#include <string.h>

static hz_error err;

person
person_at(int id)
{
	static const char *const names[] = {
			"Ada", "alan", "Barbara", "Claude", "a_b%c", "Edsger", "Z\u00fcrn"};
	static const char *const cities[] = {"London", "Paris", NULL, "Oslo"};
	static const char *const tags[] = {"red", "green", "blue", "grey", "black"};
	return (person){
			.id = id,
			.name = names[id % 7],
			.city = cities[id % 4],
			.age = id * 37 % 100,
			.pay = 1000.5 + id * 13 % 50,
			.active = id % 3 == 0,
			.tags = {tags[id % 5], tags[(id / 5 + 2) % 5]},
	};
}

static void
write_json(const person *p, char *to, size_t cap)
{
	char city[48] = "";
	if (p->city != NULL) {
		snprintf(city, sizeof(city), "\"home\":{\"city\":\"%s\"},", p->city);
	}
	int n = snprintf(to, cap,
			"{\"id\":%d,\"name\":\"%s\",%s\"age\":%d,\"pay\":%.1f,\"active\":%s,"
			"\"tags\":[\"%s\",\"%s\"]}",
			p->id, p->name, city, p->age, p->pay, p->active ? "true" : "false",
			p->tags[0], p->tags[1]);
	HZT_CHECK(n > 0 && (size_t)n < cap);
}

// ---- Records ----

// The same fields as those of the JSON.
typedef struct home {
	const char *city;
} home;

typedef struct person_record {
	int32_t id;
	const char *name;
	home *home;
	int32_t age;
	double pay;
	bool active;
	hz_array_string tags;
} person_record;

static const hz_field home_fields[] = {HZ_FIELD(home, city, STRING)};
static hz_record_type home_type = HZ_RECORD_TYPE(home, "person-home", home_fields);

static const hz_field person_fields[] = {
		HZ_FIELD(person_record, id, I32),
		HZ_FIELD(person_record, name, STRING),
		HZ_FIELD_RECORD_OF(person_record, home, RECORD, &home_type),
		HZ_FIELD(person_record, age, I32),
		HZ_FIELD(person_record, pay, F64),
		HZ_FIELD(person_record, active, BOOL),
		HZ_FIELD(person_record, tags, ARRAY_STRING),
};
static hz_record_type person_type = HZ_RECORD_TYPE(person_record, "person", person_fields);

static void
put_records(hz_map *map)
{
	static person_record records[PEOPLE];
	static char *tags[PEOPLE][2];
	static home homes[PEOPLE];
	hz_entry entries[PEOPLE];
	for (int i = 0; i < PEOPLE; i++) {
		person p = person_at(i);
		memcpy(tags[i], p.tags, sizeof(tags[i]));
		homes[i].city = p.city;
		records[i] = (person_record){.id = i,
				.name = p.name,
				.home = p.city != NULL ? &homes[i] : NULL,
				.age = p.age,
				.pay = p.pay,
				.active = p.active,
				.tags = {tags[i], 2}};
		entries[i] = (hz_entry){hz_i32(i), hz_record(&person_type, &records[i])};
	}
	HZT_OK_ERR(hz_map_put_all(map, entries, PEOPLE, &err), &err);
}

static int
id_of_record(const hz_value *record)
{
	person_record read;
	HZT_OK_ERR(hz_record_read(session_client(), record, &person_type, &read, &err), &err);
	int id = read.id;
	hz_record_clear(&person_type, &read);
	HZT_CHECK(id >= 0 && id < PEOPLE);
	return id;
}

// ---- Both ----

static people_form form;

void
people_set_form(people_form wanted)
{
	form = wanted;
}

static void
put_json(hz_map *map)
{
	static char json[PEOPLE][256];
	hz_entry entries[PEOPLE];
	for (int i = 0; i < PEOPLE; i++) {
		person p = person_at(i);
		write_json(&p, json[i], sizeof(json[i]));
		entries[i] = (hz_entry){hz_i32(i), hz_json(json[i])};
	}
	HZT_OK_ERR(hz_map_put_all(map, entries, PEOPLE, &err), &err);
}

hz_map *
people_map(const char *base)
{
	hz_map *map = session_map(base);
	if (form == PEOPLE_JSON) {
		put_json(map);
	} else {
		put_records(map);
	}
	return map;
}

int
person_of(const hz_value *value)
{
	const char *text = NULL;
	size_t n = 0;
	int id = -1;
	if (hz_value_kind(value) == HZ_KIND_RECORD) {
		return id_of_record(value);
	}
	HZT_OK(hz_value_get_json(value, &text, &n));
	HZT_CHECK(n < 256 && sscanf(text, "{\"id\":%d,", &id) == 1 && id >= 0 && id < PEOPLE);
	return id;
}

// ---- Who was found ----

static void
see(bool *seen, int id)
{
	HZT_CHECK(id >= 0 && id < PEOPLE && !seen[id]);
	seen[id] = true;
}

static void
expect_seen(const bool *seen, person_fn is)
{
	for (int i = 0; i < PEOPLE; i++) {
		person p = person_at(i);
		if (seen[i] != is(&p)) {
			printf("  person %d is %sfound\n", i, seen[i] ? "" : "not ");
			HZT_FAIL("those who are found are those looked for");
		}
	}
}

void
expect_keys(hz_items *items, person_fn is)
{
	bool seen[PEOPLE] = {false};
	hz_value key, none, value;
	while (hz_items_next(items, &none, &key)) {
		int32_t id = -1;
		HZT_CHECK(hz_value_is_null(&none));
		HZT_OK(hz_value_get_i32(&key, &id));
		see(seen, id);
	}
	HZT_CHECK(!hz_items_next(items, NULL, &value));
	hz_items_destroy(&items);
	expect_seen(seen, is);
}

void
expect_values(hz_items *items, person_fn is)
{
	bool seen[PEOPLE] = {false};
	hz_value value;
	while (hz_items_next(items, NULL, &value)) {
		see(seen, person_of(&value));
	}
	hz_items_destroy(&items);
	expect_seen(seen, is);
}

void
expect_entries(hz_items *items, person_fn is)
{
	bool seen[PEOPLE] = {false};
	hz_value key, value;
	while (hz_items_next(items, &key, &value)) {
		int32_t id = -1;
		HZT_OK(hz_value_get_i32(&key, &id));
		HZT_EQ_INT(person_of(&value), id);
		see(seen, id);
	}
	hz_items_destroy(&items);
	expect_seen(seen, is);
}

void
expect_people(hz_map *map, hz_pred *pred, person_fn is)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_key_set_where(map, pred, &items, &err), &err);
	expect_keys(items, is);
	HZT_OK_ERR(hz_map_values_where(map, pred, &items, &err), &err);
	expect_values(items, is);
	HZT_OK_ERR(hz_map_entry_set_where(map, pred, &items, &err), &err);
	expect_entries(items, is);
	hz_pred_destroy(&pred);
}
