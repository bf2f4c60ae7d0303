// SPDX-License-Identifier: Apache-2.0
//
// Names of CP structures and the groups in them, whichever structure it is, and members that have
// no CP subsystem.
#include "tests/cp/rig.h"

#include <stdio.h>
#include <string.h>

static hz_error err;

typedef struct spelling {
	const char *given, *want; // %s stands for the object's part
} spelling;

static hz_atomic_long *
open_long(hz_client *client, const char *name)
{
	hz_atomic_long *number = NULL;
	HZT_OK_ERR(hz_atomic_long_open(client, name, NULL, &number, &err), &err);
	return number;
}

static void
check_spelling(const spelling *row, const char *object)
{
	char name[300], want[300];
	snprintf(name, sizeof(name), "%.*s%s%s", (int)strcspn(row->given, "%"), row->given, object,
			strchr(row->given, '%') + 1);
	snprintf(want, sizeof(want), "%s%s", object, row->want);
	hz_atomic_long *number = open_long(rig_client(), name);
	HZT_EQ_STR(hz_atomic_long_name(number), want);
	hz_atomic_long_close(&number);
}

static void
spellings_of_a_name(void)
{
	static const spelling rows[] = {
			{"%", ""},
			{"%@default", ""},
			{"%@DeFault", ""},
			{" \t% @ default\n", ""},
			{"%@side", "@side"},
			{" % @ side ", "@side"},
			{"%@Side", "@Side"},
			{"%@defaults", "@defaults"},
	};
	const char *object = rig_name("spelling", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_spelling(&rows[i], object);
	}
}

// All spellings of one name are one number.
static void
one_number_for_all_spellings(void)
{
	const char *object = rig_name("same", NULL);
	char name[160];
	int64_t n = 0;
	hz_atomic_long *first = open_long(rig_client(), object);
	snprintf(name, sizeof(name), " %s@Default ", object);
	hz_atomic_long *second = open_long(rig_other(), name);
	HZT_OK_ERR(hz_atomic_long_set(first, 3, &err), &err);
	HZT_OK_ERR(hz_atomic_long_get(second, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	hz_atomic_long_close(&second);
	HZT_OK_ERR(hz_atomic_long_destroy(&first, &err), &err);
}

static void
refuses_bad_names(void)
{
	static const char *const names[] = {"", "  ", "a@", "a@ ", "@g", " @g", "@", "a@b@c", "a@@",
			"a@METADATA", "a@metadata", "a@ Metadata ", "\xff", "a@\xff"};
	hz_atomic_long *number = NULL;
	hz_count_down_latch *latch = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		HZT_EQ_INT(hz_atomic_long_open(rig_client(), names[i], NULL, &number, &err),
				HZ_ERR_ARGUMENT);
		HZT_EQ_INT(err.server_code, 0);
		HZT_EQ_INT(hz_count_down_latch_open(rig_client(), names[i], NULL, &latch, &err),
				HZ_ERR_ARGUMENT);
	}
	HZT_CHECK(number == NULL && latch == NULL);
}

static void
refuses_nothing_at_all(void)
{
	hz_atomic_reference *reference = NULL;
	hz_call call = {.timeout_ms = -7};
	hz_client *client = rig_client();
	HZT_EQ_INT(hz_atomic_reference_open(NULL, "a", NULL, &reference, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_atomic_reference_open(client, NULL, NULL, &reference, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_atomic_reference_open(client, "a", NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_atomic_reference_open(client, "a", &call, &reference, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(reference == NULL);
}

static void
kinds_do_not_meet(void)
{
	const char *name = rig_name("kinds", NULL);
	hz_atomic_long *number = open_long(rig_client(), name);
	hz_atomic_reference *reference = NULL;
	bool null = false;
	HZT_OK_ERR(hz_atomic_reference_open(rig_client(), name, NULL, &reference, &err), &err);
	HZT_OK_ERR(hz_atomic_long_set(number, 1, &err), &err);
	HZT_OK_ERR(hz_atomic_reference_is_null(reference, &null, &err), &err);
	HZT_CHECK(null);
	HZT_OK_ERR(hz_atomic_reference_destroy(&reference, &err), &err);
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
}

static void
refuses_a_closed_client(void)
{
	const char *name = rig_name("closed", NULL);
	hz_client *client = rig_client_with(NULL, NULL);
	hz_atomic_long *number = open_long(client, name), *late = NULL;
	int64_t n = 0;
	HZT_OK_ERR(hz_client_shutdown(client, 10000, &err), &err);
	HZT_EQ_INT(hz_atomic_long_get(number, &n, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_atomic_long_open(client, name, NULL, &late, &err), HZ_ERR_CLOSED);
	HZT_CHECK(late == NULL);
	hz_atomic_long_close(&number);
	hz_client_destroy(&client);
}

// The open-source members of today.
static void
members_without_cp(void)
{
	hz_client *client = rig_client_of(hzt_shared_addresses(), NULL, NULL);
	hz_atomic_long *number = NULL;
	hz_atomic_reference *reference = NULL;
	hz_count_down_latch *latch = NULL;
	HZT_EQ_INT(hz_atomic_long_open(client, "a", NULL, &number, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.code, HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.server_code, 61);
	HZT_CHECK(!err.retryable && !err.in_doubt);
	HZT_CHECK(strstr(err.message, "no CP subsystem") != NULL);
	HZT_CHECK(strstr(err.message, "concurrency.backend") != NULL);
	HZT_CHECK(strstr(err.message, "docs/concurrency.md") != NULL);
	HZT_CHECK(strstr(err.message, "5.4") != NULL && strstr(err.message, "Enterprise") != NULL);
	HZT_EQ_INT(hz_atomic_reference_open(client, "a@g", NULL, &reference, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_count_down_latch_open(client, "a", NULL, &latch, NULL), HZ_ERR_UNSUPPORTED);
	HZT_CHECK(number == NULL && reference == NULL && latch == NULL);
	hz_client_destroy(&client);
}

static const hzt_case cases[] = {
		{"spellings_of_a_name", spellings_of_a_name},
		{"one_number_for_all_spellings", one_number_for_all_spellings},
		{"refuses_bad_names", refuses_bad_names},
		{"refuses_nothing_at_all", refuses_nothing_at_all},
		{"kinds_do_not_meet", kinds_do_not_meet},
		{"refuses_a_closed_client", refuses_a_closed_client},
		{"members_without_cp", members_without_cp},
};

HZT_MAIN("cp_group", cases)
