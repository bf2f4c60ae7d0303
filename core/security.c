// SPDX-License-Identifier: Apache-2.0
#include "core/security.h"

#include "base/fail.h"
#include "base/secret.h"
#include "transport/tls.h"
#include "transport/token.h"

#include <hazelcast/client.h>

static hzi_tls_options
tls_options(const hz_config *config)
{
	return (hzi_tls_options){
			.trust = config->tls.trust,
			.chain = config->tls.chain,
			.key = config->tls.key,
			.key_password = config->tls.key_password,
			.ciphers = config->tls.ciphers,
			.server_name = config->tls.server_name,
			.only_v13 = config->tls.protocol == HZI_TLS_V13,
			.any_name = !config->tls.validate_identity,
			.any_certificate = config->tls.any_certificate,
	};
}

// Says once what the configuration gives away.
static void
warn_of_weakness(const hz_client *client)
{
	const hz_config *config = client->config;
	if (config->tls.enabled && config->tls.any_certificate) {
		hzi_log_write(&client->log, HZI_LOG_WARN,
				"insecureAcceptAnyCertificate is on: anybody can pose as a member");
	}
	if (!config->tls.enabled && (config->password != NULL || config->token != NULL)) {
		hzi_log_write(&client->log, HZI_LOG_WARN,
				"the password or token is sent in the clear: TLS is not enabled");
	}
}

// What may fail for reasons that the configuration's author can mend.
hz_err
hzi_security_prepare(hzi_cluster *cluster, hz_error *err)
{
	const hz_config *config = cluster->client->config;
	hz_err e = HZ_OK;
	if (config->tls.enabled) {
		hzi_tls_options options = tls_options(config);
		e = hzi_tls_new(&options, &cluster->dial_options.tls, err);
	}
	if (e == HZ_OK && config->token != NULL) {
		e = hzi_token_read(config->token, config->token_encoding == HZI_TOKEN_BASE64,
				&cluster->token, &cluster->handshake.token_size, err);
	}
	cluster->handshake.token = (const uint8_t *)cluster->token;
	if (e == HZ_OK) {
		warn_of_weakness(cluster->client);
	}
	return e;
}

void
hzi_security_clear(hzi_cluster *cluster)
{
	hzi_tls_destroy(&cluster->dial_options.tls);
	hzi_secret_free(cluster->token);
	cluster->token = NULL;
}

HZ_API hz_err
hz_client_reload_tls(hz_client *client, hz_error *err)
{
	hz_err e = hzi_client_enter(client);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	hzi_tls *tls = client->cluster->dial_options.tls;
	hzi_tls_options options = tls_options(client->config);
	e = tls != NULL ? hzi_tls_reload(tls, &options, err)
			: hzi_fail(err, HZ_ERR_ARGUMENT, "network.ssl.enabled is not set");
	return e;
}
