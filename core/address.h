// SPDX-License-Identifier: Apache-2.0
//
// Where a member is: host (name, IPv4 or IPv6 without brackets) and port. A plain value; nothing
// here resolves names.
#ifndef HZI_CORE_ADDRESS_H
#define HZI_CORE_ADDRESS_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzi_address {
	char host[256]; // never empty, always terminated
	uint16_t port;  // 0 only between hzi_address_parse and hzi_address_expand: none was given
} hzi_address;

enum {
	HZI_ADDRESS_FIRST_PORT = 5701,
	HZI_ADDRESS_PORT_TRIES = 3,
	HZI_ADDRESS_TEXT_MAX = 256 + 8, // "[host]:65535" and its terminator
};

// Reads "host", "host:port", "[v6]", "[v6]:port" or a bare v6; spaces around it are ignored, and
// port becomes 0 where none is given. Lends text (any bytes). Any thread; does not block.
// HZ_ERR_CONFIG with a message; *out is written only on success.
hz_err hzi_address_parse(const char *text, hzi_address *out, hz_error *err);

// The addresses to try for a parsed one: itself, or with the ports 5701, 5702 and 5703 when it has
// none. Lends address; returns how many of out were written. Any thread; does not block.
size_t hzi_address_expand(const hzi_address *address, hzi_address out[HZI_ADDRESS_PORT_TRIES]);

// Same host, ignoring the case of letters, and same port. Lends both. Any thread; does not block.
bool hzi_address_equal(const hzi_address *a, const hzi_address *b);

// Writes "host:port" ("[v6]:port"), without the port when it is 0, cut to cap bytes with terminator
// (HZI_ADDRESS_TEXT_MAX is always enough); returns buf. Lends address. Any thread; does not block.
const char *hzi_address_format(const hzi_address *address, char *buf, size_t cap);

#endif
