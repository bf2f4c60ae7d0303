// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_context.h"

#include "base/fail.h"
#include "transport/tls_pem.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// For TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else.
#define CIPHERS_V12 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define SECURITY_LEVEL 2
#define CIPHER_NAMES_MAX 2048U

static bool
has(const char *text)
{
	return text != NULL && text[0] != '\0';
}

hz_err
hzi_tls_fail(hz_error *err, hz_err code, const char *what)
{
	unsigned long number = ERR_peek_last_error();
	const char *reason = number != 0 ? ERR_reason_error_string(number) : NULL;
	ERR_clear_error();
	return hzi_fail(err, code, "%s%s%s", what, reason != NULL ? ": " : "",
			reason != NULL ? reason : "");
}

// ---- Ciphers ----

// Where the names of one protocol version are collected, apart by colons.
typedef struct cipher_names {
	char text[CIPHER_NAMES_MAX];
	size_t used;
} cipher_names;

static bool
add_name(cipher_names *to, const char *name)
{
	int n = snprintf(to->text + to->used, sizeof(to->text) - to->used, "%s%s",
			to->used > 0 ? ":" : "", name);
	bool fits = n > 0 && (size_t)n < sizeof(to->text) - to->used;
	to->used += fits ? (size_t)n : 0;
	return fits;
}

static bool
is_called(const SSL_CIPHER *cipher, const char *name, size_t size)
{
	const char *names[] = {SSL_CIPHER_get_name(cipher), SSL_CIPHER_standard_name(cipher)};
	for (size_t i = 0; i < 2; i++) {
		if (names[i] != NULL && strlen(names[i]) == size &&
				strncasecmp(names[i], name, size) == 0) {
			return true;
		}
	}
	return false;
}

// Adds the cipher of this name to the list of its version. False: there is none.
static bool
add_cipher(SSL_CTX *ctx, const char *name, size_t size, cipher_names *v12, cipher_names *v13)
{
	STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(ctx);
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(all, i);
		if (is_called(cipher, name, size)) {
			bool is_v13 = strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") == 0;
			return add_name(is_v13 ? v13 : v12, SSL_CIPHER_get_name(cipher));
		}
	}
	return false;
}

static hz_err
choose_ciphers(SSL_CTX *ctx, const char *list, hz_error *err)
{
	static const char apart[] = ",: \t";
	cipher_names v12 = {.used = 0};
	cipher_names v13 = {.used = 0};
	// The names are looked up among all that this OpenSSL has and its level allows.
	if (SSL_CTX_set_cipher_list(ctx, has(list) ? "ALL" : CIPHERS_V12) != 1) {
		return hzi_tls_fail(err, HZ_ERR_RESOURCE, "TLS ciphers cannot be set");
	}
	if (!has(list)) {
		return HZ_OK;
	}
	for (const char *at = list + strspn(list, apart); *at != '\0'; at += strspn(at, apart)) {
		size_t size = strcspn(at, apart);
		if (!add_cipher(ctx, at, size, &v12, &v13)) {
			return hzi_fail(err, HZ_ERR_CONFIG,
					"network.ssl.properties.ciphersuites: \"%.*s\" is not known"
					" or not strong enough",
					(int)(size < 64 ? size : 64), at);
		}
		at += size;
	}
	// An empty list for 1.3 takes that version away, as the setting asks.
	if ((v12.used > 0 && SSL_CTX_set_cipher_list(ctx, v12.text) != 1) ||
			SSL_CTX_set_ciphersuites(ctx, v13.text) != 1) {
		return hzi_tls_fail(err, HZ_ERR_CONFIG, "network.ssl.properties.ciphersuites");
	}
	if (v12.used == 0) {
		SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	} else if (v13.used == 0) {
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	}
	return HZ_OK;
}

// ---- Sessions ----

static hzi_tls_session *
find_session(hzi_tls *tls, const char *host, uint16_t port)
{
	for (size_t i = 0; i < HZI_TLS_SESSIONS_MAX; i++) {
		hzi_tls_session *one = &tls->sessions[i];
		if (one->session != NULL && one->port == port && strcmp(one->host, host) == 0) {
			return one;
		}
	}
	return NULL;
}

// Called by OpenSSL while a stream reads, with a reference to the session that is ours if we say 1.
// One of a context that was exchanged meanwhile is not kept.
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	const hzi_tls_peer *peer = SSL_get_app_data(ssl);
	hzi_tls *tls = peer->tls;
	SSL_SESSION *old = session;
	pthread_mutex_lock(&tls->lock);
	if (SSL_get_SSL_CTX(ssl) == tls->ctx) {
		hzi_tls_session *place = find_session(tls, peer->host, peer->port);
		if (place == NULL) {
			place = &tls->sessions[tls->next++ % HZI_TLS_SESSIONS_MAX];
		}
		old = place->session;
		(void)snprintf(place->host, sizeof(place->host), "%s", peer->host);
		place->port = peer->port;
		place->session = session;
	}
	pthread_mutex_unlock(&tls->lock);
	SSL_SESSION_free(old);
	return 1;
}

// ---- Context ----

static hz_err
set_trust(SSL_CTX *ctx, const hzi_tls_options *options, hz_error *err)
{
	if (options->any_certificate) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
		return HZ_OK;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (!has(options->trust)) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				"network.ssl.properties.trustCertCollectionFile: TLS is enabled, "
				"but"
				" it is not said whom to trust; \"system\" stands for the"
				" authorities of this machine");
	}
	if (strcmp(options->trust, "system") == 0) {
		return SSL_CTX_set_default_verify_paths(ctx) == 1
				? HZ_OK
				: hzi_tls_fail(err, HZ_ERR_CONFIG, "the machine's own authorities");
	}
	return hzi_tls_pem_trust(ctx, options->trust, err);
}

static hz_err
set_identity(SSL_CTX *ctx, const hzi_tls_options *options, hz_error *err)
{
	if (has(options->chain) != has(options->key)) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				"network.ssl.properties.keyCertChainFile and .keyFile: one is of no"
				" use without the other");
	}
	if (!has(options->chain)) {
		return HZ_OK;
	}
	hz_err e = hzi_tls_pem_chain(ctx, options->chain, err);
	return e == HZ_OK ? hzi_tls_pem_key(ctx, options->key, options->key_password, err) : e;
}

static hz_err
set_all(SSL_CTX *ctx, const hzi_tls_options *options, hz_error *err)
{
	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	SSL_CTX_set_min_proto_version(ctx, options->only_v13 ? TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	// What did not fit is offered again from wherever it lies then, and may be more by then.
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	// Sessions are kept by member, by us.
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
	hz_err e = choose_ciphers(ctx, options->ciphers, err);
	if (e == HZ_OK && options->only_v13 &&
			SSL_CTX_get_max_proto_version(ctx) == TLS1_2_VERSION) {
		e = hzi_fail(err, HZ_ERR_CONFIG,
				"network.ssl.properties.ciphersuites: none of them is of TLS 1.3,"
				" which .protocol asks for");
	}
	if (e == HZ_OK) {
		e = set_trust(ctx, options, err);
	}
	return e == HZ_OK ? set_identity(ctx, options, err) : e;
}

static hz_err
new_context(const hzi_tls_options *options, SSL_CTX **out, hz_error *err)
{
	if (options->server_name != NULL && strlen(options->server_name) > 255) {
		return hzi_fail(err, HZ_ERR_CONFIG, "the expected server name is too long");
	}
	// The library leaves no handler for the end of the process behind.
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL) != 1) {
		return hzi_tls_fail(err, HZ_ERR_RESOURCE, "OpenSSL cannot start");
	}
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL) {
		return hzi_tls_fail(err, HZ_ERR_MEMORY, "no TLS context");
	}
	hz_err e = set_all(ctx, options, err);
	if (e != HZ_OK) {
		SSL_CTX_free(ctx);
		ERR_clear_error();
		return e;
	}
	*out = ctx;
	return HZ_OK;
}

// ---- Life ----

static void
forget_sessions(hzi_tls *tls)
{
	for (size_t i = 0; i < HZI_TLS_SESSIONS_MAX; i++) {
		SSL_SESSION_free(tls->sessions[i].session);
	}
	memset(tls->sessions, 0, sizeof(tls->sessions));
	tls->next = 0;
}

// Takes ctx. A session never outlives the settings that it was agreed under.
static void
install(hzi_tls *tls, SSL_CTX *ctx, const hzi_tls_options *options)
{
	pthread_mutex_lock(&tls->lock);
	SSL_CTX *old = tls->ctx;
	tls->ctx = ctx;
	forget_sessions(tls);
	(void)snprintf(tls->server_name, sizeof(tls->server_name), "%s",
			options->server_name != NULL ? options->server_name : "");
	tls->any_name = options->any_name;
	tls->any_certificate = options->any_certificate;
	pthread_mutex_unlock(&tls->lock);
	SSL_CTX_free(old);
}

hz_err
hzi_tls_new(const hzi_tls_options *options, hzi_tls **out, hz_error *err)
{
	SSL_CTX *ctx = NULL;
	hz_err e = new_context(options, &ctx, err);
	if (e != HZ_OK) {
		return e;
	}
	hzi_tls *tls = calloc(1, sizeof(*tls));
	BIO_METHOD *bio = hzi_tls_bio_method();
	if (tls == NULL || bio == NULL || pthread_mutex_init(&tls->lock, NULL) != 0) {
		BIO_meth_free(bio);
		free(tls);
		SSL_CTX_free(ctx);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for TLS");
	}
	tls->bio = bio;
	install(tls, ctx, options);
	*out = tls;
	return HZ_OK;
}

hz_err
hzi_tls_reload(hzi_tls *tls, const hzi_tls_options *options, hz_error *err)
{
	SSL_CTX *ctx = NULL;
	hz_err e = new_context(options, &ctx, err);
	if (e == HZ_OK) {
		install(tls, ctx, options);
	}
	return e;
}

void
hzi_tls_destroy(hzi_tls **tls)
{
	if (*tls != NULL) {
		forget_sessions(*tls);
		SSL_CTX_free((*tls)->ctx);
		BIO_meth_free((*tls)->bio);
		pthread_mutex_destroy(&(*tls)->lock);
		free(*tls);
		*tls = NULL;
	}
}

// ---- Connections ----

// An address is compared with the addresses of a certificate, a name with its names; only a name is
// told to the member (SNI), without the dot that ends an absolute one.
static bool
expect_name(SSL *ssl, const char *host, bool any_name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	char name[256];
	size_t size = (size_t)snprintf(name, sizeof(name), "%s", host);
	if (size > 1 && size < sizeof(name) && name[size - 1] == '.') {
		name[size - 1] = '\0';
	}
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(name);
	ASN1_OCTET_STRING_free(ip);
	ERR_clear_error();
	if (ip != NULL) {
		return any_name || X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
	}
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return (any_name || SSL_set1_host(ssl, name) == 1) &&
			SSL_set_tlsext_host_name(ssl, name) == 1;
}

SSL *
hzi_tls_connection(hzi_tls_peer *peer)
{
	hzi_tls *tls = peer->tls;
	pthread_mutex_lock(&tls->lock);
	SSL *ssl = SSL_new(tls->ctx);
	bool own_name = tls->server_name[0] != '\0';
	bool ok = ssl != NULL && SSL_set_app_data(ssl, peer) == 1 &&
			expect_name(ssl, own_name ? tls->server_name : peer->host,
					tls->any_name || tls->any_certificate);
	hzi_tls_session *known = find_session(tls, peer->host, peer->port);
	if (ok && known != NULL) {
		ok = SSL_set_session(ssl, known->session) == 1;
		// A ticket of TLS 1.3 is good for one use, and another one follows.
		if (SSL_SESSION_get_protocol_version(known->session) >= TLS1_3_VERSION) {
			SSL_SESSION_free(known->session);
			known->session = NULL;
		}
	}
	pthread_mutex_unlock(&tls->lock);
	if (!ok) {
		SSL_free(ssl);
		ERR_clear_error();
		return NULL;
	}
	return ssl;
}
