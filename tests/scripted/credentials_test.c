// SPDX-License-Identifier: Apache-2.0
//
// Credentials: a member gets exactly those of the configuration, and nobody else does: neither the
// log nor an error nor the configuration says them.
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "s3cret-of-the-test"
#define TOKEN "t0ken-of-the-test"

typedef struct told {
	pthread_mutex_t lock;
	char credentials[128]; // "name:password" or the token, as the member got it
	char log[65536];
	size_t used;
} told;

static void
note_text(told *t, hzp_bytes name, hzp_bytes secret)
{
	pthread_mutex_lock(&t->lock);
	(void)snprintf(t->credentials, sizeof(t->credentials), "%.*s:%.*s", (int)name.n,
			name.p != NULL ? (const char *)name.p : "", (int)secret.n,
			secret.p != NULL ? (const char *)secret.p : "");
	pthread_mutex_unlock(&t->lock);
}

static void
note_password(void *ctx, hzt_request *request)
{
	hzp_client_authentication_request in;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_CLIENT_AUTHENTICATION_REQUEST, &in, NULL));
	note_text(ctx, in.username, in.password);
	hzt_reply_default(request);
}

static void
note_token(void *ctx, hzt_request *request)
{
	hzp_client_authentication_custom_request in;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_CLIENT_AUTHENTICATION_CUSTOM_REQUEST, &in,
			NULL));
	HZT_CHECK(in.cluster_name.n == 3 && memcmp(in.cluster_name.p, "dev", 3) == 0);
	note_text(ctx, (hzp_bytes){0}, in.credentials);
	hzp_client_authentication_custom_response no = {.status = 1};
	hzt_reply(request, &HZP_CLIENT_AUTHENTICATION_CUSTOM_RESPONSE, &no);
}

static void
note_line(void *ctx, hz_log_level level, const char *line)
{
	told *t = ctx;
	(void)level;
	pthread_mutex_lock(&t->lock);
	int n = snprintf(t->log + t->used, sizeof(t->log) - t->used, "%s\n", line);
	t->used += n > 0 && t->used + (size_t)n < sizeof(t->log) ? (size_t)n : 0;
	pthread_mutex_unlock(&t->lock);
}

static void
check_silence(const told *t, const hz_error *err)
{
	HZT_CHECK(strstr(t->log, PASSWORD) == NULL && strstr(t->log, TOKEN) == NULL);
	HZT_CHECK(strstr(err->message, PASSWORD) == NULL && strstr(err->message, TOKEN) == NULL);
	HZT_CHECK(strstr(t->log, "TLS is not enabled") != NULL);
}

static void
password_and_nothing_else(void)
{
	static const char *const settings[] = {"security.username-password.username", "anna",
			"security.username-password.password", PASSWORD, NULL};
	told *t = calloc(1, sizeof(*t));
	HZT_CHECK(t != NULL && pthread_mutex_init(&t->lock, NULL) == 0);
	bench b;
	hz_error err = {0};
	char shown[64];
	bench_members(&b, 1, NULL, settings);
	HZT_OK(hz_config_on_log(b.config, note_line, t, HZ_LOG_TRACE, NULL));
	hzt_scripted_on(b.member[0], HZP_CLIENT_AUTHENTICATION_REQUEST.id, 0, note_password, t);
	bench_connect(&b);
	HZT_EQ_STR(t->credentials, "anna:" PASSWORD);
	HZT_OK(hz_config_get(b.config, "security.username-password.password", shown, sizeof(shown),
			NULL, NULL));
	HZT_EQ_STR(shown, "***");
	check_silence(t, &err);
	bench_end(&b);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void
token_in_place_of_a_password(void)
{
	static const char *const settings[] = {"security.username-password.username", "anna",
			"security.username-password.password", PASSWORD, "security.token.token",
			TOKEN, NULL};
	told *t = calloc(1, sizeof(*t));
	HZT_CHECK(t != NULL && pthread_mutex_init(&t->lock, NULL) == 0);
	bench b;
	hz_error err = {0};
	bench_members(&b, 1, NULL, settings);
	HZT_OK(hz_config_on_log(b.config, note_line, t, HZ_LOG_TRACE, NULL));
	hzt_scripted_on(b.member[0], HZP_CLIENT_AUTHENTICATION_CUSTOM_REQUEST.id, 0, note_token, t);
	HZT_EQ_INT(hz_client_new(b.config, &b.client, &err), HZ_ERR_AUTHENTICATION);
	HZT_EQ_STR(t->credentials, ":" TOKEN);
	check_silence(t, &err);
	bench_close(&b);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void
bad_ones_are_refused_without_being_repeated(void)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_error err = {0};
	char *large = malloc(5000);
	HZT_CHECK(large != NULL);
	memset(large, 'z', 4999);
	large[4999] = '\0';
	HZT_OK(hz_config_new(&config, NULL));
	HZT_EQ_INT(hz_config_set(config, "security.token.token", large, &err), HZ_ERR_CONFIG);
	HZT_CHECK(strstr(err.message, "zzz") == NULL);
	HZT_OK(hz_config_set(config, "security.token.token", TOKEN, &err));
	HZT_OK(hz_config_set(config, "security.token.encoding", "base64", &err));
	HZT_EQ_INT(hz_client_new(config, &client, &err), HZ_ERR_CONFIG);
	HZT_CHECK(strstr(err.message, "base64") != NULL && strstr(err.message, TOKEN) == NULL);
	HZT_OK(hz_config_set(config, "security.token.token", "", &err));
	HZT_OK(hz_config_set(config, "network.ssl.enabled", "true", &err));
	HZT_EQ_INT(hz_client_new(config, &client, &err), HZ_ERR_CONFIG);
	HZT_CHECK(client == NULL && strstr(err.message, "trustCertCollectionFile") != NULL);
	hz_config_destroy(&config);
	free(large);
}

static const hzt_case cases[] = {
		{"password_and_nothing_else", password_and_nothing_else},
		{"token_in_place_of_a_password", token_in_place_of_a_password},
		{"bad_ones_are_refused_without_being_repeated",
				bad_ones_are_refused_without_being_repeated},
};

HZT_MAIN("scripted/credentials", cases)
