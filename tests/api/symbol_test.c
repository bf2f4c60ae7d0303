// SPDX-License-Identifier: Apache-2.0
//
// A host that knows names only, as foreign function interfaces do, finds every blocking form and
// every constructor in the shared library and can call it.
#include "tests/support/suite.h"

#include <dlfcn.h>
#include <hazelcast/hazelcast.h>
#include <string.h>

static void
find(const char *name, void *function)
{
	void *found = dlsym(RTLD_DEFAULT, name);
	HZT_CHECK(found != NULL);
	memcpy(function, &found, sizeof(found));
}

static void
blocking_forms_are_symbols(void)
{
	static const char *const names[] = {
			"hz_map_get",
			"hz_map_put",
			"hz_map_set",
			"hz_map_get_all",
			"hz_map_lock",
			"hz_map_get_entry_view",
			"hz_map_destroy",
			"hz_queue_take",
			"hz_queue_drain",
			"hz_queue_destroy",
			"hz_pn_counter_add_and_get",
			"hz_flake_id_generator_new_id",
			"hz_cardinality_estimator_add",
			"hz_client_objects",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		HZT_CHECK(dlsym(RTLD_DEFAULT, names[i]) != NULL);
	}
	HZT_CHECK(dlsym(RTLD_DEFAULT, "hzi_handle_open") == NULL);
	HZT_CHECK(dlsym(RTLD_DEFAULT, "HZP_MAP_GET") == NULL);
}

static void
a_found_function_works(void)
{
	hz_err (*size)(hz_map *, int32_t *, hz_error *);
	hz_err (*get)(hz_map *, hz_value, hz_value *, hz_error *);
	hz_value (*number)(int64_t);
	hz_error err = {0};
	int32_t n = 3;
	hz_value value = hz_i32(1);
	find("hz_map_size", &size);
	find("hz_map_get", &get);
	find("hz_i64", &number);
	HZT_EQ_INT(size(NULL, &n, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(get(NULL, number(5), &value, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);
	HZT_CHECK(n == 3 && hz_value_is_null(&value));
}

static const hzt_case cases[] = {
		{"blocking_forms_are_symbols", blocking_forms_are_symbols},
		{"a_found_function_works", a_found_function_works},
};

HZT_MAIN("symbol", cases)
