// SPDX-License-Identifier: Apache-2.0
//
// Real members behind TLS: every kind of call, many threads, events and large values; a member
// killed; certificates exchanged while the client runs; whom it does not talk to.
#include "tests/fault/rig.h"
#include "tests/support/certs.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"
#include "tests/support/tls_front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 60000
#define TRUST "network.ssl.properties.trustCertCollectionFile"

static struct {
	cert authority, member, client;
	hzt_tls_front *front;
	hzt_cluster *cluster;
	const char *direct[2];
} t;

static void
end_all(void)
{
	hzt_tls_front_end(&t.front);
	hzt_cluster_end(&t.cluster);
}

static void
make_certificates(void)
{
	cert_clear(&t.authority);
	cert_clear(&t.member);
	cert_clear(&t.client);
	cert_make(&(cert_spec){.name = "Test Authority", .authority = true}, &t.authority);
	cert_make(&(cert_spec){.name = "member",
				  .alt_names = "IP:127.0.0.1",
				  .issuer = &t.authority},
			&t.member);
	cert_make(&(cert_spec){.name = "client", .issuer = &t.authority}, &t.client);
}

// Members and what stands before them, with new certificates for every case.
static void
begin(bool mutual)
{
	char spec[256];
	if (t.cluster == NULL) {
		t.front = hzt_tls_front_new(2);
		snprintf(spec, sizeof(spec), "2 backup=1 public=%s",
				hzt_tls_front_addresses(t.front));
		t.cluster = hzt_cluster_start(spec);
		t.direct[0] = hzt_cluster_direct(t.cluster, 0);
		t.direct[1] = hzt_cluster_direct(t.cluster, 1);
		atexit(end_all);
	}
	make_certificates();
	hzt_tls_front_start(t.front, t.direct, &t.member, mutual ? &t.authority : NULL);
}

// ---- Calls ----

static hz_map *
open_map(hz_client *client)
{
	hz_map *map = NULL;
	hz_error err = {0};
	HZT_OK_ERR(hz_map_open(client, "tls", NULL, &map, &err), &err);
	return map;
}

static void
put_and_get(hz_map *map, int64_t key)
{
	hz_error err = {0};
	hz_value got = hz_null();
	int64_t number = 0;
	HZT_OK_ERR(hz_map_set(map, hz_i64(key), hz_i64(key * 3), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_i64(key), &got, &err), &err);
	HZT_OK(hz_value_get_i64(&got, &number));
	HZT_EQ_INT(number, key * 3);
	hz_value_clear(&got);
}

static hz_client *
connect_all(void)
{
	hz_client *client = hzt_client(hzt_tls_front_addresses(t.front), "network.ssl.enabled",
			"true", TRUST, t.authority.pem, NULL);
	// The cluster decides at the first call on data who owns what.
	hz_map *map = open_map(client);
	put_and_get(map, 1);
	hz_map_close(&map);
	hzt_await_members(client, 2, PATIENCE_MS);
	return client;
}

static void
put_large(hz_map *map, size_t size)
{
	hz_error err = {0};
	hz_value got = hz_null();
	const void *bytes = NULL;
	size_t n = 0;
	uint8_t *large = malloc(size);
	HZT_CHECK(large != NULL);
	for (size_t i = 0; i < size; i++) {
		large[i] = (uint8_t)(i * 7 + (i >> 9));
	}
	HZT_OK_ERR(hz_map_set(map, hz_str("large"), hz_bytes(large, size), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_str("large"), &got, &err), &err);
	HZT_OK(hz_value_get_bytes(&got, &bytes, &n));
	HZT_EQ_INT(n, size);
	HZT_CHECK(memcmp(bytes, large, size) == 0);
	hz_value_clear(&got);
	free(large);
}

static void
work(void *ctx, size_t number)
{
	hz_map *map = open_map(ctx);
	for (int64_t i = 0; i < 200; i++) {
		put_and_get(map, (int64_t)number * 1000 + i);
	}
	hz_map_close(&map);
}

static void
many_in_flight(hz_map *map)
{
	enum { MANY = 500 };
	hz_future futures[MANY];
	hz_error err = {0};
	for (int64_t i = 0; i < MANY; i++) {
		futures[i] = hz_map_set_async(map, hz_i64(-1 - i), hz_i64(i), NULL);
	}
	for (int64_t i = 0; i < MANY; i++) {
		HZT_OK_ERR(hz_await_none(futures[i], &err), &err);
	}
}

static void
take_one(void *ctx, size_t number)
{
	hz_queue *queue = NULL;
	hz_error err = {0};
	hz_value item = hz_null();
	(void)number;
	HZT_OK_ERR(hz_queue_open(ctx, "tls", NULL, &queue, &err), &err);
	HZT_OK_ERR(hz_queue_take(queue, &item, &err), &err);
	hz_value_clear(&item);
	hz_queue_close(&queue);
}

static void
every_kind_of_call(void)
{
	enum { THREADS = 16, TAKERS = 20 };
	begin(false);
	hz_client *client = connect_all();
	hz_map *map = open_map(client);
	hz_queue *queue = NULL;
	hz_error err = {0};
	HZT_OK_ERR(hz_queue_open(client, "tls", NULL, &queue, &err), &err);
	hzt_team *takers = hzt_team_start(TAKERS, take_one, client);
	HZT_AWAIT_STAT(client, parked, TAKERS, PATIENCE_MS);
	hzt_team *team = hzt_team_start(THREADS, work, client);
	put_large(map, (size_t)5 << 20);
	many_in_flight(map);
	hzt_team_join(&team, PATIENCE_MS);
	for (int i = 0; i < TAKERS; i++) {
		HZT_OK_ERR(hz_queue_put(queue, hz_i32(i), &err), &err);
	}
	hzt_team_join(&takers, PATIENCE_MS);
	HZT_EQ_INT(HZT_STAT(client, disconnects), 0);
	HZT_EQ_INT(HZT_STAT(client, decode_errors), 0);
	hz_queue_close(&queue);
	hz_map_close(&map);
	hz_client_destroy(&client);
}

// ---- Certificates ----

static hz_err
try_to_connect(const char *trust, const char *chain, const char *key, hz_error *err)
{
	hz_client *client = NULL;
	hz_config *config = hzt_config(hzt_tls_front_addresses(t.front), "network.ssl.enabled",
			"true",
			"connection-strategy.connection-retry.cluster-connect-timeout-millis", "0",
			TRUST, trust, "network.ssl.properties.keyCertChainFile", chain,
			"network.ssl.properties.keyFile", key, "network.ssl.properties.keyPassword",
			CERT_PASSWORD, NULL);
	hz_err e = hz_client_new(config, &client, err);
	hz_client_destroy(&client);
	hz_config_destroy(&config);
	return e;
}

static void
members_that_ask_for_a_certificate(void)
{
	begin(true);
	hz_error err = {0};
	HZT_OK_ERR(try_to_connect(t.authority.pem, t.client.pem, t.client.encrypted_key, &err),
			&err);
	HZT_EQ_INT(try_to_connect(t.authority.pem, "", "", &err), HZ_ERR_OFFLINE);
	HZT_CHECK(strstr(err.message, "certificate required") != NULL);
}

static void
impostors(void)
{
	begin(false);
	cert other;
	hz_error err = {0};
	cert_make(&(cert_spec){.name = "Other Authority", .authority = true}, &other);
	HZT_EQ_INT(try_to_connect(other.pem, "", "", &err), HZ_ERR_OFFLINE);
	HZT_CHECK(strstr(err.message, "issuer") != NULL);
	HZT_EQ_INT(try_to_connect("", "", "", &err), HZ_ERR_CONFIG);
	cert_clear(&other);
	// The member's own port, behind: it speaks no TLS and closes.
	hz_client *client = NULL;
	hz_config *config = hzt_config(t.direct[0], "network.ssl.enabled", "true", TRUST,
			t.authority.pem,
			"connection-strategy.connection-retry.cluster-connect-timeout-millis", "0",
			NULL);
	HZT_EQ_INT(hz_client_new(config, &client, &err), HZ_ERR_OFFLINE);
	hz_config_destroy(&config);
}

// The settings of names reach the check: the members' certificate is for another one.
static void
names(void)
{
	static const struct {
		const char *key, *value;
		hz_err want;
	} rows[] = {{"network.ssl.properties.validateIdentity", "true", HZ_ERR_OFFLINE},
			{"network.ssl.properties.validateIdentity", "false", HZ_OK},
			{"network.ssl.properties.serverName", "elsewhere", HZ_OK},
			{"network.ssl.properties.serverName", "nowhere", HZ_ERR_OFFLINE},
			{"network.ssl.properties.insecureAcceptAnyCertificate", "true", HZ_OK}};
	cert other;
	begin(false);
	cert_make(&(cert_spec){.name = "member",
				  .alt_names = "DNS:elsewhere",
				  .issuer = &t.authority},
			&other);
	hzt_tls_front_start(t.front, t.direct, &other, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hz_error err = {0};
		hz_client *client = NULL;
		hz_config *config = hzt_config(hzt_tls_front_addresses(t.front),
				"network.ssl.enabled", "true", TRUST, t.authority.pem,
				"connection-strategy.connection-retry.cluster-connect-timeout-"
				"millis",
				"0", rows[i].key, rows[i].value, NULL);
		HZT_EQ_INT(hz_client_new(config, &client, &err), rows[i].want);
		hz_client_destroy(&client);
		hz_config_destroy(&config);
	}
	cert_clear(&other);
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	HZT_CHECK(file != NULL && fputs(text, file) >= 0);
	HZT_EQ_INT(fclose(file), 0);
}

// New certificates of a new authority everywhere: the client learns of them without a restart.
static void
certificates_are_exchanged(void)
{
	begin(false);
	hz_error err = {0};
	char *trust = cert_file(t.authority.pem);
	hz_client *client = hzt_client(hzt_tls_front_addresses(t.front), "network.ssl.enabled",
			"true", TRUST, trust,
			"connection-strategy.connection-retry.initial-backoff-millis", "50",
			"connection-strategy.connection-retry.max-backoff-millis", "100", NULL);
	hz_map *map = open_map(client);
	put_and_get(map, 1);
	write_file(trust, "nonsense");
	HZT_EQ_INT(hz_client_reload_tls(client, &err), HZ_ERR_CONFIG);
	put_and_get(map, 2);
	make_certificates();
	hzt_tls_front_start(t.front, t.direct, &t.member, NULL);
	HZT_AWAIT_STAT(client, connections, 0, PATIENCE_MS);
	uint64_t failed = HZT_STAT(client, failed_dials);
	while (HZT_STAT(client, failed_dials) < failed + 2) {
		HZT_AWAIT_STAT(client, connections, 0, PATIENCE_MS);
	}
	write_file(trust, t.authority.pem);
	HZT_OK_ERR(hz_client_reload_tls(client, &err), &err);
	hzt_await_members(client, 2, PATIENCE_MS);
	put_and_get(map, 3);
	hz_map_close(&map);
	hz_client_destroy(&client);
	remove(trust);
	free(trust);
}

// Open-source members know nobody by a password or a token, and say so.
static void
credentials(void)
{
	static const char *const ways[][4] = {
			{"security.username-password.username", "anna",
					"security.username-password.password", "s3cret"},
			{"security.token.token", "AAECAw==", "security.token.encoding", "base64"}};
	begin(false);
	for (size_t i = 0; i < 2; i++) {
		hz_error err = {0};
		hz_client *client = NULL;
		hz_config *config = hzt_config(hzt_tls_front_addresses(t.front),
				"network.ssl.enabled", "true", TRUST, t.authority.pem, ways[i][0],
				ways[i][1], ways[i][2], ways[i][3], NULL);
		HZT_EQ_INT(hz_client_new(config, &client, &err), HZ_ERR_AUTHENTICATION);
		HZT_CHECK(strstr(err.message, "s3cret") == NULL);
		hz_config_destroy(&config);
	}
}

static void
nothing_to_reload(void)
{
	begin(false);
	hz_error err = {0};
	hz_client *client = hzt_client(
			t.direct[0], "network.cluster-routing.mode", "SINGLE_MEMBER", NULL);
	HZT_EQ_INT(hz_client_reload_tls(client, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_client_reload_tls(NULL, &err), HZ_ERR_ARGUMENT);
	HZT_OK(hz_client_shutdown(client, 0, NULL));
	HZT_EQ_INT(hz_client_reload_tls(client, &err), HZ_ERR_CLOSED);
	hz_client_destroy(&client);
}

// ---- A member lost: the last case, it kills one ----

static void
a_member_is_killed(void)
{
	begin(false);
	hz_client *client = connect_all();
	hz_map *map = open_map(client);
	for (int64_t key = 0; key < 100; key++) {
		put_and_get(map, key);
	}
	hzt_cluster_wait_safe(t.cluster);
	hzt_cluster_kill(t.cluster, 1);
	for (int64_t key = 0; key < 100; key++) {
		hz_error err = {0};
		hz_value got = hz_null();
		HZT_OK_ERR(hz_map_get(map, hz_i64(key), &got, &err), &err);
		HZT_CHECK(!hz_value_is_null(&got));
		hz_value_clear(&got);
	}
	hz_map_close(&map);
	hz_client_destroy(&client);
}

static const hzt_case cases[] = {
		{"every_kind_of_call", every_kind_of_call},
		{"members_that_ask_for_a_certificate", members_that_ask_for_a_certificate},
		{"impostors", impostors},
		{"names", names},
		{"certificates_are_exchanged", certificates_are_exchanged},
		{"credentials", credentials},
		{"nothing_to_reload", nothing_to_reload},
		{"a_member_is_killed", a_member_is_killed},
};

HZT_MAIN("fault/tls", cases)
