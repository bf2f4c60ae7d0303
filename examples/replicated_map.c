// SPDX-License-Identifier: Apache-2.0
//
// A replicated map for what is read everywhere and seldom changed: the rates of currencies, which
// every member has. A rate that is not renewed in time disappears.
#include "connect.h"

// 0 if there is no rate.
static double
rate_of(hz_replicated_map *rates, const char *currency)
{
	hz_error err = {0};
	hz_value value = hz_null();
	double rate = 0;
	check(hz_replicated_map_get(rates, hz_str(currency), &value, &err), &err);
	if (!hz_value_is_null(&value)) {
		check(hz_value_get_f64(&value, &rate), &err);
	}
	hz_value_clear(&value);
	return rate;
}

int
main(int argc, char **argv)
{
	const hz_entry morning[] = {{hz_str("EUR"), hz_f64(1.08)}, {hz_str("GBP"), hz_f64(1.27)}};
	hz_error err = {0};
	hz_value old = hz_null();
	hz_replicated_map *rates = NULL;
	hz_client *client = connect_to(argc, argv);
	check(hz_replicated_map_open(client, "example-rates", NULL, &rates, &err), &err);

	check(hz_replicated_map_put_all(rates, morning, 2, &err), &err);
	printf("EUR %.2f, GBP %.2f\n", rate_of(rates, "EUR"), rate_of(rates, "GBP"));

	// For an hour; after that, it is as if nobody had set it.
	check(hz_replicated_map_put(rates, hz_str("EUR"), hz_f64(1.09), 3600000, &old, &err), &err);
	double before = 0;
	check(hz_value_get_f64(&old, &before), &err);
	hz_value_clear(&old);
	printf("EUR %.2f, was %.2f\n", rate_of(rates, "EUR"), before);

	check(hz_replicated_map_remove(rates, hz_str("GBP"), NULL, &err), &err);
	printf("GBP: %s\n", rate_of(rates, "GBP") == 0 ? "no rate" : "still there");

	check(hz_replicated_map_destroy(&rates, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
