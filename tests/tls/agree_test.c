// SPDX-License-Identifier: Apache-2.0
//
// Whom a client lets pass for a member, and whom not: certificates, names, versions, ciphers,
// certificates of its own. Whoever is refused gets not a byte of ours.
#include "tests/support/certs.h"
#include "tests/support/suite.h"
#include "tests/tls/tls_end.h"
#include "transport/dial.h"

#include <string.h>

#define PATIENCE_MS 20000

static cert authority, other_authority;
static cert good;

static void
make_authorities(void)
{
	cert_make(&(cert_spec){.name = "Test Authority", .authority = true}, &authority);
	cert_make(&(cert_spec){.name = "Other Authority", .authority = true}, &other_authority);
	cert_make(&(cert_spec){.name = "member",
				  .alt_names = "DNS:localhost,IP:127.0.0.1,IP:::1",
				  .issuer = &authority},
			&good);
}

static void
clear_authorities(void)
{
	cert_clear(&authority);
	cert_clear(&other_authority);
	cert_clear(&good);
}

static hz_err
dial(hzi_tls *tls, const char *host, uint16_t port, hzi_stream *out, hz_error *err)
{
	hzi_dial options = {
			.host = host,
			.port = port,
			.tcp = {.no_delay = true, .linger_s = -1},
			.tls = tls,
			.wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)},
	};
	return hzi_dial_open(&options, out, err);
}

// Sends a few bytes and reads them again. What went wrong, or HZ_OK.
static hz_err
exchange(hzi_stream *stream, hz_error *err)
{
	static const char word[] = "hello";
	struct iovec part = {(void *)(uintptr_t)word, sizeof(word)};
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)};
	char back[sizeof(word)];
	size_t sent = 0;
	size_t got = 0;
	hz_err e = stream->ops->writev(stream, &part, 1, &sent);
	HZT_CHECK(e != HZ_OK || sent == sizeof(word));
	for (size_t all = 0; e == HZ_OK && all < sizeof(word); all += got) {
		e = stream->ops->read(stream, back + all, sizeof(word) - all, &got);
		if (e == HZ_OK && got == 0) {
			e = hzi_wait_for(&wait, stream->fd, stream->ops->wants(stream, true, false),
					"an echo", err);
		}
	}
	HZT_CHECK(e != HZ_OK || memcmp(back, word, sizeof(word)) == 0);
	return e;
}

typedef struct agreement {
	const char *alt_names; // of the member's certificate; NULL: `good` is shown
	const char *host;      // that is dialled
	hzi_tls_options options;
	hz_err want;
	const char *says; // in the message of a failure
	int from_days, to_days;
	bool of_other; // signed by the other authority
	bool of_itself;
	const char *sni; // what the member is asked for; NULL: not looked at
} agreement;

static void
check(const agreement *a)
{
	cert made = {NULL, NULL, NULL};
	tls_end end;
	hzi_tls *tls = NULL;
	hzi_stream stream = {0};
	hz_error err = {0};
	hzi_tls_options options = a->options;
	if (options.trust == NULL) {
		options.trust = authority.pem;
	}
	if (a->alt_names != NULL) {
		cert_make(&(cert_spec){.name = "localhost",
					  .alt_names = a->alt_names[0] != '\0' ? a->alt_names
									       : NULL,
					  .issuer = a->of_itself        ? NULL
							  : a->of_other ? &other_authority
									: &authority,
					  .from_days = a->from_days,
					  .to_days = a->to_days},
				&made);
	}
	tls_end_start(&end, &(tls_end_options){.own = a->alt_names != NULL ? &made : &good});
	HZT_OK_ERR(hzi_tls_new(&options, &tls, &err), &err);
	hz_err e = dial(tls, a->host, end.port, &stream, &err);
	HZT_EQ_INT(e, a->want);
	if (e == HZ_OK) {
		HZT_OK_ERR(exchange(&stream, &err), &err);
		stream.ops->close(&stream);
	} else if (strstr(err.message, a->says) == NULL) {
		HZT_EQ_STR(err.message, a->says);
	}
	tls_end_await(&end, 1);
	HZT_CHECK(e == HZ_OK || atomic_load(&end.bytes) == 0);
	HZT_CHECK(a->sni == NULL || strcmp(end.name, a->sni) == 0);
	hzi_tls_destroy(&tls);
	tls_end_stop(&end);
	cert_clear(&made);
}

static const agreement agreements[] = {
		{.host = "localhost", .sni = "localhost"},
		{.host = "127.0.0.1", .sni = ""},
		// A host's name is not an address, nor the other way round.
		{.host = "127.0.0.1",
				.alt_names = "DNS:127.0.0.1",
				.want = HZ_ERR_TLS,
				.says = "IP address mismatch"},
		{.host = "127.0.0.1",
				.alt_names = "DNS:localhost",
				.want = HZ_ERR_TLS,
				.says = "IP address mismatch"},
		{.host = "localhost",
				.alt_names = "IP:127.0.0.1,DNS:elsewhere",
				.want = HZ_ERR_TLS,
				.says = "for the name localhost"},
		{.host = "localhost",
				.alt_names = "DNS:local*",
				.want = HZ_ERR_TLS,
				.says = "hostname mismatch"},
		{.host = "localhost",
				.alt_names = "DNS:*",
				.want = HZ_ERR_TLS,
				.says = "hostname mismatch"},
		{.host = "127.0.0.1",
				.alt_names = "DNS:*.members.example",
				.options = {.server_name = "a.members.example"},
				.sni = "a.members.example"},
		{.host = "127.0.0.1",
				.alt_names = "DNS:*.members.example",
				.options = {.server_name = "a.members.example."},
				.sni = "a.members.example"},
		{.host = "127.0.0.1",
				.alt_names = "DNS:*.members.example",
				.options = {.server_name = "a.b.members.example"},
				.want = HZ_ERR_TLS,
				.says = "hostname mismatch"},
		{.host = "127.0.0.1",
				.alt_names = "DNS:a*.members.example",
				.options = {.server_name = "abc.members.example"},
				.want = HZ_ERR_TLS,
				.says = "hostname mismatch"},
		{.host = "localhost",
				.options = {.server_name = "elsewhere"},
				.want = HZ_ERR_TLS,
				.says = "for the name elsewhere"},
		{.host = "localhost", .alt_names = "DNS:elsewhere", .options = {.any_name = true}},
		{.host = "localhost",
				.alt_names = "DNS:localhost",
				.of_other = true,
				.want = HZ_ERR_TLS,
				.says = "unable to get local issuer"},
		{.host = "localhost",
				.alt_names = "DNS:localhost",
				.of_other = true,
				.options = {.any_name = true},
				.want = HZ_ERR_TLS,
				.says = "unable to get local issuer"},
		{.host = "localhost",
				.alt_names = "DNS:localhost",
				.of_itself = true,
				.want = HZ_ERR_TLS,
				.says = "self-signed"},
		{.host = "localhost",
				.alt_names = "DNS:localhost",
				.from_days = -20,
				.to_days = -2,
				.want = HZ_ERR_TLS,
				.says = "expired"},
		{.host = "localhost",
				.alt_names = "DNS:localhost",
				.from_days = 5,
				.want = HZ_ERR_TLS,
				.says = "not yet valid"},
		{.host = "localhost",
				.alt_names = "DNS:elsewhere",
				.of_itself = true,
				.from_days = -20,
				.to_days = -2,
				.options = {.any_certificate = true}},
};

static void
names_and_signatures(void)
{
	make_authorities();
	for (size_t i = 0; i < sizeof(agreements) / sizeof(agreements[0]); i++) {
		check(&agreements[i]);
	}
	clear_authorities();
}

// Dials an end with the options; what came of agreeing, or of the first exchange after it.
static hz_err
try(const tls_end_options *end_options, const hzi_tls_options *options, hz_error *err)
{
	tls_end end;
	hzi_tls *tls = NULL;
	hzi_stream stream = {0};
	tls_end_start(&end, end_options);
	HZT_OK_ERR(hzi_tls_new(options, &tls, err), err);
	hz_err e = dial(tls, "localhost", end.port, &stream, err);
	if (e == HZ_OK) {
		e = exchange(&stream, err);
		if (e == HZ_ERR_TLS) {
			const char *reason = stream.ops->reason(&stream);
			(void)snprintf(err->message, sizeof(err->message), "%s", reason);
		}
		stream.ops->close(&stream);
	}
	tls_end_await(&end, 1);
	hzi_tls_destroy(&tls);
	tls_end_stop(&end);
	return e;
}

static void
versions_and_ciphers(void)
{
	static const struct {
		int oldest, newest; // of the member
		bool only_v13;
		const char *theirs, *ours; // ciphers
		hz_err want;
	} all[] = {
			{TLS1_2_VERSION, TLS1_2_VERSION, false, NULL, NULL, HZ_OK},
			{TLS1_3_VERSION, TLS1_3_VERSION, false, NULL, NULL, HZ_OK},
			{TLS1_3_VERSION, TLS1_3_VERSION, true, NULL, NULL, HZ_OK},
			{TLS1_2_VERSION, TLS1_2_VERSION, true, NULL, NULL, HZ_ERR_TLS},
			{TLS1_VERSION, TLS1_1_VERSION, false, NULL, NULL, HZ_ERR_TLS},
			// Without authenticated encryption, or without forward secrecy.
			{TLS1_2_VERSION, TLS1_2_VERSION, false, "ECDHE-ECDSA-AES128-SHA", NULL,
					HZ_ERR_TLS},
			{TLS1_2_VERSION, TLS1_2_VERSION, false, NULL,
					"ECDHE-ECDSA-AES256-GCM-SHA384", HZ_OK},
			{TLS1_2_VERSION, TLS1_2_VERSION, false, "ECDHE-ECDSA-AES128-GCM-SHA256",
					"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", HZ_ERR_TLS},
			{TLS1_2_VERSION, TLS1_2_VERSION, false, "ECDHE-ECDSA-AES256-GCM-SHA384",
					"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", HZ_OK},
			{TLS1_2_VERSION, 0, false, NULL,
					"TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384", HZ_OK},
			{TLS1_2_VERSION, TLS1_2_VERSION, false, NULL, "TLS_AES_128_GCM_SHA256",
					HZ_ERR_TLS},
			{TLS1_3_VERSION, TLS1_3_VERSION, false, NULL,
					"ECDHE-ECDSA-AES256-GCM-SHA384", HZ_ERR_TLS},
	};
	make_authorities();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		hz_error err = {0};
		hz_err e = try(&(tls_end_options){.own = &good,
					       .oldest = all[i].oldest,
					       .newest = all[i].newest,
					       .ciphers = all[i].theirs},
				&(hzi_tls_options){.trust = authority.pem,
						.only_v13 = all[i].only_v13,
						.ciphers = all[i].ours},
				&err);
		if (e != all[i].want) {
			printf("  row %zu: %s\n", i, err.message);
		}
		HZT_EQ_INT(e, all[i].want);
		HZT_CHECK(e == HZ_OK || strstr(err.message, "localhost:") != NULL);
	}
	clear_authorities();
}

// With TLS 1.3 the client has agreed before the member says that it wants a certificate: the first
// read tells.
static void
certificates_of_the_client(void)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	cert ours, theirs;
	make_authorities();
	cert_make(&(cert_spec){.name = "client", .issuer = &authority}, &ours);
	cert_make(&(cert_spec){.name = "client", .issuer = &other_authority}, &theirs);
	for (size_t i = 0; i < 2; i++) {
		tls_end_options end = {.own = &good,
				.clients = &authority,
				.oldest = versions[i],
				.newest = versions[i]};
		hz_error err = {0};
		hzi_tls_options options = {.trust = authority.pem};
		HZT_EQ_INT(try(&end, &options, &err), HZ_ERR_TLS);
		HZT_CHECK(strstr(err.message,
					  versions[i] == TLS1_3_VERSION
							  ? "certificate required"
							  : "handshake failure") != NULL);
		options.chain = ours.pem;
		options.key = ours.encrypted_key;
		options.key_password = CERT_PASSWORD;
		HZT_OK_ERR(try(&end, &options, &err), &err);
		options.chain = theirs.pem;
		options.key = theirs.key;
		HZT_EQ_INT(try(&end, &options, &err), HZ_ERR_TLS);
		HZT_CHECK(strstr(err.message, "unknown ca") != NULL);
	}
	cert_clear(&ours);
	cert_clear(&theirs);
	clear_authorities();
}

// A session of one connection shortens the next one with the same member, and no other.
static void
sessions_are_resumed(void)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	make_authorities();
	for (size_t i = 0; i < 2; i++) {
		tls_end end;
		hzi_tls *tls = NULL;
		hz_error err = {0};
		hzi_tls_options options = {.trust = authority.pem};
		tls_end_start(&end,
				&(tls_end_options){.own = &good,
						.oldest = versions[i],
						.newest = versions[i]});
		HZT_OK_ERR(hzi_tls_new(&options, &tls, &err), &err);
		static const struct {
			const char *host;
			bool reload;
			int resumed; // so far
		} dials[] = {{"localhost", false, 0}, {"localhost", false, 1},
				{"127.0.0.1", false, 1}, {"localhost", false, 2},
				{"localhost", true, 2}, {"localhost", false, 3}};
		for (size_t k = 0; k < sizeof(dials) / sizeof(dials[0]); k++) {
			hzi_stream stream = {0};
			if (dials[k].reload) {
				HZT_OK_ERR(hzi_tls_reload(tls, &options, &err), &err);
			}
			HZT_OK_ERR(dial(tls, dials[k].host, end.port, &stream, &err), &err);
			HZT_OK_ERR(exchange(&stream, &err), &err);
			stream.ops->close(&stream);
			tls_end_await(&end, (int)k + 1);
			HZT_EQ_INT(atomic_load(&end.resumed), dials[k].resumed);
		}
		hzi_tls_destroy(&tls);
		tls_end_stop(&end);
	}
	clear_authorities();
}

static bool
is_told(void *ctx)
{
	return *(_Atomic bool *)ctx;
}

// One deadline over connecting and agreeing; and whoever owns the dial can end it.
static void
a_mute_member_costs_no_more_than_the_deadline(void)
{
	tls_end end;
	hzi_tls *tls = NULL;
	hz_error err = {0};
	hzi_stream stream = {0};
	_Atomic bool told = true;
	make_authorities();
	tls_end_start(&end, &(tls_end_options){.own = &good, .mute = true});
	HZT_OK_ERR(hzi_tls_new(&(hzi_tls_options){.trust = authority.pem}, &tls, &err), &err);
	hzi_dial options = {.host = "localhost",
			.port = end.port,
			.tls = tls,
			.wait = {.deadline_ns = hzi_deadline_in_ms(100)}};
	HZT_EQ_INT(hzi_dial_open(&options, &stream, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(strstr(err.message, "agreeing on TLS with localhost:") != NULL);
	options.wait = (hzi_wait){.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)};
	options.wait.interrupted = is_told;
	options.wait.ctx = (void *)&told;
	HZT_EQ_INT(hzi_dial_open(&options, &stream, &err), HZ_ERR_CANCELLED);
	hzi_tls_destroy(&tls);
	tls_end_stop(&end);
	clear_authorities();
}

static const hzt_case cases[] = {
		{"names_and_signatures", names_and_signatures},
		{"versions_and_ciphers", versions_and_ciphers},
		{"certificates_of_the_client", certificates_of_the_client},
		{"sessions_are_resumed", sessions_are_resumed},
		{"a_mute_member_costs_no_more_than_the_deadline",
				a_mute_member_costs_no_more_than_the_deadline},
};

HZT_MAIN("tls/agree", cases)
