// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
parses(void)
{
	static const struct {
		const char *text;
		const char *host;
		uint16_t port;
		const char *shown;
	} rows[] = {
			{"localhost", "localhost", 0, "localhost"},
			{" localhost:5701 ", "localhost", 5701, "localhost:5701"},
			{"10.0.0.1:1", "10.0.0.1", 1, "10.0.0.1:1"},
			{"10.0.0.1:65535", "10.0.0.1", 65535, "10.0.0.1:65535"},
			{"h:05701", "h", 5701, "h:5701"},
			{"my_host-1.example.org.", "my_host-1.example.org.", 0,
					"my_host-1.example.org."},
			{"[::1]:5701", "::1", 5701, "[::1]:5701"},
			{"[::1]", "::1", 0, "[::1]"},
			{"::1", "::1", 0, "[::1]"},
			{"fe80::1%eth0", "fe80::1%eth0", 0, "[fe80::1%eth0]"},
			{"[fe80::1%eth0]:99", "fe80::1%eth0", 99, "[fe80::1%eth0]:99"},
			{"::ffff:1.2.3.4", "::ffff:1.2.3.4", 0, "[::ffff:1.2.3.4]"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hzi_address address;
		hz_error err = {0};
		char shown[HZI_ADDRESS_TEXT_MAX];
		HZT_OK_ERR(hzi_address_parse(rows[i].text, &address, &err), &err);
		HZT_EQ_STR(address.host, rows[i].host);
		HZT_EQ_INT(address.port, rows[i].port);
		HZT_EQ_STR(hzi_address_format(&address, shown, sizeof(shown)), rows[i].shown);

		hzi_address again;
		HZT_OK(hzi_address_parse(shown, &again, NULL));
		HZT_CHECK(hzi_address_equal(&address, &again));
	}
}

static void
refuses(void)
{
	static const char *const texts[] = {
			"",
			" ",
			":",
			":5701",
			"h:",
			"h:0",
			"h:65536",
			"h:-1",
			"h:+1",
			"h:1x",
			"h: 1",
			"h:x",
			"h:99999999999999999999",
			"a b",
			"a,b",
			"a/b",
			"http://h:1",
			"h%eth0",
			"-h",
			".h",
			"\x01",
			"h\n:1",
			"\xff\xfe",
			"\xc3\xbcnster",
			"[",
			"[]",
			"[]:1",
			"[::1",
			"::1]",
			"[::1]x",
			"[::1]5701",
			"[::1]:",
			"[::1]:0",
			"[h]:1",
			"[1.2.3.4]:1",
			":::",
			"1:2:3",
			"::1%",
			"[::1%]:1",
			"[::1%a b]:1",
			"::g",
			"[[::1]]:1",
			"1111:2222:3333:4444:5555:6666:7777:8888:9999",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		hzi_address address = {.host = "before", .port = 7};
		hz_error err = {0};
		if (hzi_address_parse(texts[i], &address, &err) != HZ_ERR_CONFIG) {
			fprintf(stderr, "taken: \"%s\"\n", texts[i]);
			HZT_FAIL("refused");
		}
		HZT_EQ_INT(err.code, HZ_ERR_CONFIG);
		HZT_CHECK(strstr(err.message, "is no address") != NULL);
		for (const char *c = err.message; *c != '\0'; c++) {
			HZT_CHECK(*c >= ' ' && *c <= '~');
		}
		HZT_EQ_STR(address.host, "before");
		HZT_EQ_INT(address.port, 7);
		HZT_EQ_INT(hzi_address_parse(texts[i], &address, NULL), HZ_ERR_CONFIG);
	}
}

// A host of 255 bytes fits, one of 256 does not, and neither does a megabyte of anything.
static void
lengths(void)
{
	size_t size = 1 << 20;
	char *text = malloc(size);
	hzi_address address;
	HZT_CHECK(text != NULL);
	memset(text, 'h', size);
	text[255] = '\0';
	HZT_OK(hzi_address_parse(text, &address, NULL));
	HZT_EQ_INT(strlen(address.host), 255);
	char shown[HZI_ADDRESS_TEXT_MAX];
	address.port = 65535;
	HZT_EQ_INT(strlen(hzi_address_format(&address, shown, sizeof(shown))), 255 + 6);
	char narrow[8];
	HZT_EQ_STR(hzi_address_format(&address, narrow, sizeof(narrow)), "hhhhhhh");

	text[255] = 'h';
	text[256] = '\0';
	HZT_EQ_INT(hzi_address_parse(text, &address, NULL), HZ_ERR_CONFIG);
	static const char fill[] = "h:[]%1 ";
	for (size_t i = 0; i < sizeof(fill) - 1; i++) {
		memset(text, fill[i], size);
		text[size - 1] = '\0';
		HZT_EQ_INT(hzi_address_parse(text, &address, NULL), HZ_ERR_CONFIG);
	}
	free(text);
}

static void
expands(void)
{
	hzi_address address;
	hzi_address out[HZI_ADDRESS_PORT_TRIES];
	HZT_OK(hzi_address_parse("h", &address, NULL));
	HZT_EQ_INT(hzi_address_expand(&address, out), 3);
	for (int i = 0; i < 3; i++) {
		HZT_EQ_STR(out[i].host, "h");
		HZT_EQ_INT(out[i].port, 5701 + i);
	}
	HZT_OK(hzi_address_parse("h:80", &address, NULL));
	HZT_EQ_INT(hzi_address_expand(&address, out), 1);
	HZT_CHECK(hzi_address_equal(&out[0], &address));
}

static void
compares(void)
{
	hzi_address a = {.host = "Host", .port = 1};
	hzi_address b = {.host = "hOST", .port = 1};
	HZT_CHECK(hzi_address_equal(&a, &b));
	b.port = 2;
	HZT_CHECK(!hzi_address_equal(&a, &b));
	b = (hzi_address){.host = "hosts", .port = 1};
	HZT_CHECK(!hzi_address_equal(&a, &b));
}

static const hzt_case cases[] = {
		{"parses", parses},
		{"refuses", refuses},
		{"lengths", lengths},
		{"expands", expands},
		{"compares", compares},
};

HZT_MAIN("address", cases)
