// SPDX-License-Identifier: Apache-2.0
#include "core/owners.h"
#include "core/partition.h"

#include "tests/support/suite.h"

#include <stddef.h>

static void
nothing_is_known_before_the_first_connection(void)
{
	hzi_partitions partitions = {0};
	HZT_EQ_INT(hzi_partitions_of(&partitions, 5), -1);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 0), HZI_NO_SLOT);
	hzi_partitions_set_owner(&partitions, 0, 1);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 0), HZI_NO_SLOT);
	hzi_partitions_clear(&partitions);
}

// The hashes are those of the keys "", "a", "foo" and of the numbers -1 and 42 as Hazelcast has
// them.
static void
hashes_find_the_partitions_that_members_find(void)
{
	static const struct {
		int32_t hash, partition;
	} known[] = {{923237662, 11}, {2099876635, 73}, {947302427, 247}, {-730160613, 164},
			{2076340387, 175}, {0, 0}, {INT32_MIN, 0}, {INT32_MAX, INT32_MAX % 271},
			{-271, 0}};
	hzi_partitions partitions = {0};
	HZT_OK(hzi_partitions_set_count(&partitions, 271));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		HZT_EQ_INT(hzi_partitions_of(&partitions, known[i].hash), known[i].partition);
	}
	hzi_partitions_clear(&partitions);
}

static void
the_count_is_set_once(void)
{
	hzi_partitions partitions = {0};
	HZT_EQ_INT(hzi_partitions_set_count(&partitions, 0), HZ_ERR_NOT_ALLOWED);
	HZT_EQ_INT(hzi_partitions_set_count(&partitions, -4), HZ_ERR_NOT_ALLOWED);
	HZT_OK(hzi_partitions_set_count(&partitions, 3));
	HZT_OK(hzi_partitions_set_count(&partitions, 3));
	HZT_EQ_INT(hzi_partitions_set_count(&partitions, 4), HZ_ERR_NOT_ALLOWED);
	HZT_EQ_INT(hzi_partitions_set_count(&partitions, 0), HZ_ERR_NOT_ALLOWED);
	hzi_partitions_clear(&partitions);
	hzi_partitions_clear(&partitions);
}

static void
owners_change_in_place(void)
{
	hzi_partitions partitions = {0};
	HZT_OK(hzi_partitions_set_count(&partitions, 3));
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 2), HZI_NO_SLOT);
	hzi_partitions_set_owner(&partitions, 2, 7);
	hzi_partitions_set_owner(&partitions, 1, HZI_AWAY_SLOT);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 2), 7);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 1), HZI_AWAY_SLOT);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 0), HZI_NO_SLOT);
	// Numbers that are no partitions, as a hostile or a newer member might send them.
	hzi_partitions_set_owner(&partitions, 3, 1);
	hzi_partitions_set_owner(&partitions, -1, 1);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, 3), HZI_NO_SLOT);
	HZT_EQ_INT(hzi_partitions_owner(&partitions, -1), HZI_NO_SLOT);
	hzi_partitions_clear(&partitions);
}

static void
the_table_of_uuids_knows_its_bounds(void)
{
	hzi_owners *owners = hzi_owners_new(3, 2, 5);
	HZT_CHECK(owners != NULL);
	owners->members[0] = (hz_uuid){1, 2};
	owners->member_count = 1;
	owners->of[1] = 0;
	HZT_EQ_INT(hzi_owners_at(owners, 1).lsb, 2);
	HZT_EQ_INT(hzi_owners_at(owners, 0).lsb, 0);
	HZT_EQ_INT(hzi_owners_at(owners, 3).lsb, 0);
	HZT_EQ_INT(hzi_owners_at(owners, -1).lsb, 0);
	HZT_EQ_INT(hzi_owners_at(NULL, 1).lsb, 0);
	hzi_owners_destroy(&owners);
	HZT_CHECK(owners == NULL);
	hzi_owners_destroy(&owners);
}

static const hzt_case cases[] = {
		{"nothing_is_known_before_the_first_connection",
				nothing_is_known_before_the_first_connection},
		{"hashes_find_the_partitions_that_members_find",
				hashes_find_the_partitions_that_members_find},
		{"the_count_is_set_once", the_count_is_set_once},
		{"owners_change_in_place", owners_change_in_place},
		{"the_table_of_uuids_knows_its_bounds", the_table_of_uuids_knows_its_bounds},
};
HZT_MAIN("partition", cases)
