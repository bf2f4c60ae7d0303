// SPDX-License-Identifier: Apache-2.0
//
// Records: a C struct in the cluster, a later version of it, and one that is read without a struct.
#include "connect.h"

#include <hazelcast/generic_record.h>
#include <inttypes.h>

typedef struct employee {
	int64_t id;
	const char *name;
	hz_nullable_i32 room; // not everybody has one
} employee;

static const hz_field employee_fields[] = {
		HZ_FIELD(employee, id, I64),
		HZ_FIELD(employee, name, STRING),
		HZ_FIELD(employee, room, NULLABLE_I32),
};
static hz_record_type employee_type = HZ_RECORD_TYPE(employee, "example.employee", employee_fields);

// What a program that was written later knows: no room, but a salary.
typedef struct employee_v2 {
	int64_t id;
	const char *name;
	double salary;
} employee_v2;

static const hz_field v2_fields[] = {
		HZ_FIELD(employee_v2, id, I64),
		HZ_FIELD(employee_v2, name, STRING),
		HZ_FIELD(employee_v2, salary, F64),
};
static hz_record_type v2_type = HZ_RECORD_TYPE(employee_v2, "example.employee", v2_fields);

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_map *staff = NULL;
	hz_value value;
	check(hz_map_open(client, "example-employees", NULL, &staff, &err), &err);

	employee ada = {.id = 7, .name = "Ada", .room = {true, 101}};
	check(hz_map_set(staff, hz_i64(ada.id), hz_record(&employee_type, &ada), NULL, &err), &err);

	// What reading gives to the struct goes with hz_record_clear.
	employee found;
	check(hz_map_get(staff, hz_i64(7), &value, &err), &err);
	check(hz_record_read(client, &value, &employee_type, &found, &err), &err);
	printf("%s sits in room %" PRId32 "\n", found.name, found.room.value);
	hz_record_clear(&employee_type, &found);

	employee_v2 later;
	check(hz_record_read(client, &value, &v2_type, &later, &err), &err);
	printf("%s earns %.2f\n", later.name, later.salary);
	hz_record_clear(&v2_type, &later);

	// Whatever it is, its fields have names.
	hz_generic_record *record = NULL;
	check(hz_generic_record_read(client, &value, &record, &err), &err);
	for (size_t i = 0; i < hz_generic_record_count(record); i++) {
		const char *name;
		hz_field_kind kind;
		hz_value field;
		char text[40];
		check(hz_generic_record_field(record, i, &name, &kind), NULL);
		check(hz_generic_record_get(record, name, &field, &err), &err);
		hz_value_format(&field, text, sizeof(text));
		printf("%s is %s, %s\n", name, text, hz_field_kind_name(kind));
	}
	hz_generic_record_destroy(&record);
	hz_value_clear(&value);
	check(hz_map_destroy(&staff, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
