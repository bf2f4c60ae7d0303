// SPDX-License-Identifier: Apache-2.0
//
// All members end and come back as a new cluster, which knows no schema: this client tells it of
// all that it knows before anybody can write.
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <string.h>

typedef struct person {
	int32_t id;
	const char *name;
} person;

static const hz_field person_fields[] = {
		HZ_FIELD(person, id, I32),
		HZ_FIELD(person, name, STRING),
};
static hz_record_type person_type = HZ_RECORD_TYPE(person, "restarted", person_fields);

static hz_error err;

static hz_client *
client_of(hzt_cluster *cluster)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_cluster_addresses(cluster),
				   &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
	return client;
}

// Read by a client that has to ask the members for the schema.
static void
expect_person(hzt_cluster *cluster, int32_t key, int32_t id)
{
	hz_map *map = NULL;
	hz_value v = hz_null();
	hz_generic_record *record = NULL;
	person got;
	hz_client *stranger = client_of(cluster);
	HZT_OK_ERR(hz_map_open(stranger, "people", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_i32(key), &v, &err), &err);
	HZT_OK_ERR(hz_generic_record_read(stranger, &v, &record, &err), &err);
	HZT_EQ_STR(hz_generic_record_type(record), "restarted");
	HZT_OK_ERR(hz_record_from(record, &person_type, &got, &err), &err);
	HZT_EQ_INT(got.id, id);
	HZT_EQ_STR(got.name, "Ada");
	hz_record_clear(&person_type, &got);
	hz_generic_record_destroy(&record);
	hz_value_clear(&v);
	hz_map_close(&map);
	hz_client_destroy(&stranger);
}

static void
restart_all(hzt_cluster *cluster)
{
	hzt_cluster_kill(cluster, 0);
	hzt_cluster_kill(cluster, 1);
	hzt_cluster_restart(cluster, 0);
	hzt_cluster_restart(cluster, 1);
}

static void
a_new_cluster_is_told_of_all_schemas(void)
{
	hzt_cluster *cluster = hzt_cluster_start("2 backup=1");
	hz_client *client = client_of(cluster);
	hz_map *map = NULL;
	hz_value v = hz_null();
	const void *data = NULL;
	size_t n = 0;
	person ada = {36, "Ada"};
	HZT_OK_ERR(hz_map_open(client, "people", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_record(&person_type, &ada), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_i32(1), &v, &err), &err);
	HZT_OK(hz_value_get_data(&v, &data, &n));
	expect_person(cluster, 1, 36);
	restart_all(cluster);
	// Bytes, of which the client does not know that they need a schema.
	HZT_OK_ERR(hz_map_set(map, hz_i32(2), hz_data(data, n), NULL, &err), &err);
	expect_person(cluster, 2, 36);
	ada.id = 37;
	HZT_OK_ERR(hz_map_set(map, hz_i32(3), hz_record(&person_type, &ada), NULL, &err), &err);
	expect_person(cluster, 3, 37);
	hz_value_clear(&v);
	hz_map_close(&map);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"a_new_cluster_is_told_of_all_schemas", a_new_cluster_is_told_of_all_schemas},
};

HZT_MAIN("compact_restart", cases)
