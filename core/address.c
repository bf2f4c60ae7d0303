// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include "base/fail.h"
#include "core/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_CHARS "-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// A host name, an IPv4 address or the scope of an IPv6 one. Whether it exists is the resolver's to
// say; this only keeps out what never can be one.
static bool
is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '-' && name[0] != '.' &&
			name[strspn(name, NAME_CHARS)] == '\0';
}

// An IPv6 address, with a scope ("%eth0") or without.
static bool
is_v6(const char *host)
{
	char bare[INET6_ADDRSTRLEN];
	size_t size = strcspn(host, "%");
	if (size >= sizeof(bare)) {
		return false;
	}
	memcpy(bare, host, size);
	bare[size] = '\0';
	struct in6_addr ignored;
	bool scoped = host[size] == '%';
	return inet_pton(AF_INET6, bare, &ignored) == 1 && (!scoped || is_name(host + size + 1));
}

// Cuts text into host and port; port.at stays NULL where there is none.
static bool
split(hzi_span text, hzi_span *host, hzi_span *port)
{
	*host = text;
	*port = (hzi_span){NULL, 0};
	if (text.size > 0 && text.at[0] == '[') {
		const char *end = memchr(text.at, ']', text.size);
		if (end == NULL) {
			return false;
		}
		*host = (hzi_span){text.at + 1, (size_t)(end - text.at) - 1};
		size_t rest = text.size - host->size - 2;
		if (rest > 0) {
			*port = (hzi_span){end + 2, rest - 1};
		}
		return rest == 0 || end[1] == ':';
	}

	const char *colon = memchr(text.at, ':', text.size);
	size_t before = colon == NULL ? text.size : (size_t)(colon - text.at);
	// More than one colon without brackets: an IPv6 address and no port.
	if (colon != NULL && memchr(colon + 1, ':', text.size - before - 1) == NULL) {
		*host = (hzi_span){text.at, before};
		*port = (hzi_span){colon + 1, text.size - before - 1};
	}
	return true;
}

static bool
read_port(hzi_span text, uint16_t *port)
{
	int64_t value = 0;
	if (text.at == NULL) {
		*port = 0;
		return true;
	}
	if (text.size == 0 || text.at[0] == '+' || !hzi_text_int(text, &value) || value < 1 ||
			value > UINT16_MAX) {
		return false;
	}
	*port = (uint16_t)value;
	return true;
}

static hz_err
refuse(hz_error *err, hzi_span text, const char *why)
{
	char quoted[HZI_TEXT_QUOTE];
	return hzi_fail(err, HZ_ERR_CONFIG, "%s is no address: %s",
			hzi_text_quote(text.at, text.size, quoted), why);
}

hz_err
hzi_address_parse(const char *text, hzi_address *out, hz_error *err)
{
	hzi_span whole = hzi_text_trim(text, strlen(text));
	hzi_span host;
	hzi_span port;
	if (!split(whole, &host, &port)) {
		return refuse(err, whole, "write [IPv6]:port or [IPv6]");
	}

	hzi_address address = {.port = 0};
	if (host.size == 0 || host.size >= sizeof(address.host)) {
		return refuse(err, whole, "the host must have 1 to 255 bytes");
	}
	memcpy(address.host, host.at, host.size);
	bool bracketed = whole.at[0] == '[';
	bool v6 = bracketed || memchr(host.at, ':', host.size) != NULL;
	if (v6 ? !is_v6(address.host) : !is_name(address.host)) {
		return refuse(err, whole,
				v6 ? "this is not IPv6" : "a host name has no such bytes");
	}
	if (!read_port(port, &address.port)) {
		return refuse(err, whole, "a port is a number from 1 to 65535");
	}
	*out = address;
	return HZ_OK;
}

size_t
hzi_address_expand(const hzi_address *address, hzi_address out[HZI_ADDRESS_PORT_TRIES])
{
	if (address->port != 0) {
		out[0] = *address;
		return 1;
	}
	for (int i = 0; i < HZI_ADDRESS_PORT_TRIES; i++) {
		out[i] = *address;
		out[i].port = (uint16_t)(HZI_ADDRESS_FIRST_PORT + i);
	}
	return HZI_ADDRESS_PORT_TRIES;
}

bool
hzi_address_equal(const hzi_address *a, const hzi_address *b)
{
	return a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

const char *
hzi_address_format(const hzi_address *address, char *buf, size_t cap)
{
	bool v6 = strchr(address->host, ':') != NULL;
	char port[8] = "";
	if (address->port != 0) {
		(void)snprintf(port, sizeof(port), ":%u", (unsigned)address->port);
	}
	(void)snprintf(buf, cap, "%s%s%s%s", v6 ? "[" : "", address->host, v6 ? "]" : "", port);
	return buf;
}
