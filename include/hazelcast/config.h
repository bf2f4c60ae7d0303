// SPDX-License-Identifier: Apache-2.0
//
// Configuration: an opaque object over one table of text keys. The keys are the dotted paths of
// hazelcast-client.yaml without its head, such as "cluster-name", "network.cluster-members" or
// "properties.hazelcast.client.heartbeat.interval"; docs/configuration.md lists them. What is not
// text, the callbacks, has a function each.
//
// A configuration is used by one thread at a time. A client copies what it is given, so one
// configuration may serve several clients and may be changed or destroyed afterwards.
#ifndef HAZELCAST_CONFIG_H
#define HAZELCAST_CONFIG_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/value.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a client is told before it starts. Opaque.
typedef struct hz_config hz_config;

// Levels of the log; each one includes those above it.
typedef enum hz_log_level {
	HZ_LOG_ERROR = 1,
	HZ_LOG_WARN = 2,
	HZ_LOG_INFO = 3,
	HZ_LOG_DEBUG = 4,
	HZ_LOG_TRACE = 5
} hz_log_level;

// Gets one line of the log, without a line end; lends it during the call. Called from any thread of
// the library and from application threads, from several at once: it must be thread-safe, must not
// block for long and must not call the library.
typedef void (*hz_log_fn)(void *ctx, hz_log_level level, const char *line);

// Gets an item that a member took out of a structure for a call that had given up (a take that was
// cancelled or whose deadline passed), long after that if the call had no deadline. Lends name and
// item during the call; copy the item to keep it. Called on a callback thread of the client; calls
// without a deadline are refused there. Not called once the client is shut down.
typedef void (*hz_late_item_fn)(void *ctx, const char *structure_name, const hz_value *item);

// One key of the configuration. All strings are static and never NULL; those that do not apply are
// empty. The library makes these and lends pointers to them; later versions may append members.
typedef struct hz_config_key {
	const char *name;
	const char *alias_of; // the key whose setting this one changes, or empty
	// "string", "secret", "list", "addresses", "bool", "choice", "integer", "milliseconds",
	// "seconds" or "number"
	const char *kind;
	const char *default_value; // as hz_config_set takes it
	const char *min;           // numbers: least value; strings: bytes; lists: items
	const char *max;
	const char *choices; // names separated by '|'
	const char *since;   // version that brought the key
	const char *text;    // one sentence
} hz_config_key;

// A configuration with all defaults: cluster "dev" at 127.0.0.1, ports 5701 to 5703. Gives *config.
// Any thread; does not block. HZ_ERR_ARGUMENT (NULL), HZ_ERR_MEMORY. Since 0.1.
HZ_API hz_err hz_config_new(hz_config **config, hz_error *err);

// Ends a configuration and sets *config to NULL; NULL and a pointer to NULL are fine. Clients made
// from it are not touched. Does not block. Since 0.1.
HZ_API void hz_config_destroy(hz_config **config);

// Changes one setting; on failure nothing changes. Lends key and value. Numbers are decimal, lists
// are separated by commas, names of choices are not case-sensitive, and the prefix "properties." of
// a property may be left out. Does not block. HZ_ERR_ARGUMENT (a NULL), HZ_ERR_CONFIG (unknown key,
// bad value; the message says what would be right), HZ_ERR_MEMORY. Since 0.1.
HZ_API hz_err hz_config_set(hz_config *config, const char *key, const char *value, hz_error *err);

// Writes the present setting as text, in the form hz_config_set takes, and a terminator into buf of
// cap bytes. *needed (may be NULL) gets the bytes wanted, terminator included, also when buf is too
// small: then the result is HZ_ERR_LIMIT and buf is not written; buf may be NULL when cap is 0.
// A secret that is set is shown as "***". Does not block. HZ_ERR_ARGUMENT (a NULL), HZ_ERR_CONFIG
// (unknown key), HZ_ERR_LIMIT. Since 0.1.
HZ_API hz_err hz_config_get(const hz_config *config, const char *key, char *buf, size_t cap,
		size_t *needed, hz_error *err);

// How many keys there are, aliases included. Any thread; does not block. Since 0.1.
HZ_API size_t hz_config_key_count(void);

// The key with this index, or NULL from hz_config_key_count() on. Lends static memory. Any thread;
// does not block. Since 0.1.
HZ_API const hz_config_key *hz_config_key_at(size_t index);

// Sends the lines up to level to fn(ctx, ...); NULL for fn turns the log off. ctx is lent for as
// long as any client made from this configuration lives. Does not block. HZ_ERR_ARGUMENT (NULL
// configuration, unknown level). Since 0.1.
HZ_API hz_err hz_config_on_log(
		hz_config *config, hz_log_fn fn, void *ctx, hz_log_level level, hz_error *err);

// Hands items that arrive after their call gave up to fn(ctx, ...); NULL for fn: they are only
// counted. ctx is lent for as long as any client made from this configuration lives. Does not
// block. HZ_ERR_ARGUMENT (NULL configuration). Since 0.1.
HZ_API hz_err hz_config_on_late_item(
		hz_config *config, hz_late_item_fn fn, void *ctx, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
