// SPDX-License-Identifier: Apache-2.0
//
// Settings of TLS that are wrong: said when a client is made, with the setting's name and never
// with a secret.
#include "tests/support/certs.h"
#include "tests/support/suite.h"
#include "transport/tls.h"
#include "transport/token.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cert authority, ours, another;

static void
make_all(void)
{
	cert_make(&(cert_spec){.name = "Test Authority", .authority = true}, &authority);
	cert_make(&(cert_spec){.name = "client", .issuer = &authority}, &ours);
	cert_make(&(cert_spec){.name = "another", .issuer = &authority}, &another);
}

static void
clear_all(void)
{
	cert_clear(&authority);
	cert_clear(&ours);
	cert_clear(&another);
}

static void
refused_with_the_reason(void)
{
	make_all();
	size_t half = strlen(authority.pem) / 2;
	char *damaged = strdup(authority.pem);
	HZT_CHECK(damaged != NULL);
	memset(damaged + half, '!', 8);
	char *folder = "/";
	const struct {
		hzi_tls_options options;
		const char *says;
	} all[] = {
			{{.trust = NULL}, "trustCertCollectionFile: TLS is enabled, but"},
			{{.trust = ""}, "trustCertCollectionFile: TLS is enabled, but"},
			{{.trust = "/no/such/file"},
					"trustCertCollectionFile: /no/such/file: No such"},
			{{.trust = folder}, "trustCertCollectionFile: Is a directory"},
			{{.trust = damaged}, "trustCertCollectionFile"},
			{{.trust = ours.key},
					"trustCertCollectionFile: there is no certificate in it"},
			{{.trust = authority.pem, .chain = ours.pem},
					"one is of no use without the other"},
			{{.trust = authority.pem, .key = ours.key},
					"one is of no use without the other"},
			{{.trust = authority.pem, .chain = ours.pem, .key = another.key},
					"does not belong to the certificate"},
			{{.trust = authority.pem, .chain = ours.pem, .key = ours.pem},
					"keyFile: no private key can be read from it"},
			{{.trust = authority.pem, .chain = ours.key, .key = ours.key},
					"keyCertChainFile: there is no certificate in it"},
			{{.trust = authority.pem, .chain = ours.pem, .key = ours.encrypted_key},
					"keyPassword is not set"},
			{{.trust = authority.pem,
					 .chain = ours.pem,
					 .key = ours.encrypted_key,
					 .key_password = "guess"},
					"no private key can be read with this password"},
			{{.trust = authority.pem, .ciphers = "TLS_AES_128_GCM_SHA256,ROT13"},
					"ciphersuites: \"ROT13\""},
			{{.trust = authority.pem, .ciphers = "ECDHE-ECDSA-NULL-SHA"},
					"ciphersuites"},
			{{.trust = authority.pem,
					 .only_v13 = true,
					 .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"},
					"none of them is of TLS 1.3"},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		hzi_tls *tls = NULL;
		hz_error err = {0};
		HZT_EQ_INT(hzi_tls_new(&all[i].options, &tls, &err), HZ_ERR_CONFIG);
		HZT_CHECK(tls == NULL && err.code == HZ_ERR_CONFIG);
		if (strstr(err.message, all[i].says) == NULL) {
			HZT_EQ_STR(err.message, all[i].says);
		}
		HZT_CHECK(strstr(err.message, "guess") == NULL);
	}
	free(damaged);
	clear_all();
}

static void
too_long_is_refused(void)
{
	size_t n = ((size_t)1 << 20) + 1;
	char *text = malloc(n + 1);
	HZT_CHECK(text != NULL);
	memset(text, '\n', n);
	text[n] = '\0';
	char *name = cert_file(text);
	memcpy(text, "-----BEGIN", 10);
	const char *sources[] = {name, text};
	for (size_t i = 0; i < 2; i++) {
		hzi_tls *tls = NULL;
		hz_error err = {0};
		HZT_EQ_INT(hzi_tls_new(&(hzi_tls_options){.trust = sources[i]}, &tls, &err),
				HZ_ERR_CONFIG);
		HZT_CHECK(strstr(err.message, "too long") != NULL);
	}
	remove(name);
	free(name);
	free(text);
}

// Files and texts are one; what cannot be read when it is read again changes nothing.
static void
files_and_texts(void)
{
	hzi_tls *tls = NULL;
	hz_error err = {0};
	make_all();
	char *trust = cert_file(authority.pem);
	char *chain = cert_file(ours.pem);
	char *key = cert_file(ours.encrypted_key);
	hzi_tls_options options = {
			.trust = trust, .chain = chain, .key = key, .key_password = CERT_PASSWORD};
	HZT_OK_ERR(hzi_tls_new(&options, &tls, &err), &err);
	HZT_OK_ERR(hzi_tls_reload(tls, &options, &err), &err);
	options.chain = ours.pem;
	HZT_OK_ERR(hzi_tls_reload(tls, &options, &err), &err);
	remove(trust);
	HZT_EQ_INT(hzi_tls_reload(tls, &options, &err), HZ_ERR_CONFIG);
	options.trust = "system";
	HZT_OK_ERR(hzi_tls_reload(tls, &options, &err), &err);
	options.trust = NULL;
	options.any_certificate = true;
	HZT_OK_ERR(hzi_tls_reload(tls, &options, &err), &err);
	hzi_tls_destroy(&tls);
	hzi_tls_destroy(&tls);
	remove(chain);
	remove(key);
	free(trust);
	free(chain);
	free(key);
	clear_all();
}

// Thousands of clients in one process: nothing global is used up.
static void
many_one_after_the_other(void)
{
	make_all();
	for (int i = 0; i < 1000 / hzt_slowness(); i++) {
		hzi_tls *tls = NULL;
		hz_error err = {0};
		HZT_OK_ERR(hzi_tls_new(&(hzi_tls_options){.trust = authority.pem}, &tls, &err),
				&err);
		hzi_tls_destroy(&tls);
	}
	clear_all();
}

static void
tokens(void)
{
	static const struct {
		const char *text;
		bool base64;
		const char *bytes;
		size_t size;
	} good[] = {{"abc=", false, "abc=", 4}, {"AAEC", true, "\0\1\2", 3},
			{"AAE=", true, "\0\1", 2}, {"/w==", true, "\377", 1}};
	static const char *const bad[] = {"A", "AAE", "A\x01==", "====A"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *token = NULL;
		size_t size = 0;
		HZT_OK(hzi_token_read(good[i].text, good[i].base64, &token, &size, NULL));
		HZT_EQ_INT(size, good[i].size);
		HZT_EQ_MEM(token, good[i].bytes, size);
		hzi_secret_free(token);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *token = NULL;
		size_t size = 0;
		hz_error err = {0};
		HZT_EQ_INT(hzi_token_read(bad[i], true, &token, &size, &err), HZ_ERR_CONFIG);
		HZT_CHECK(token == NULL);
	}
}

static const hzt_case cases[] = {
		{"refused_with_the_reason", refused_with_the_reason},
		{"too_long_is_refused", too_long_is_refused},
		{"files_and_texts", files_and_texts},
		{"many_one_after_the_other", many_one_after_the_other},
		{"tokens", tokens},
};

HZT_MAIN("tls/settings", cases)
