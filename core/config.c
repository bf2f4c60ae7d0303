// SPDX-License-Identifier: Apache-2.0
#include "core/config.h"

#include "base/fail.h"
#include "core/config_table.h"
#include "core/config_value.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static hz_err
fail_null(hz_error *err, const char *function)
{
	return hzi_fail(err, HZ_ERR_ARGUMENT, "%s: an argument is NULL", function);
}

static hz_err
set_defaults(hz_config *config, hz_error *err)
{
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		hz_err e = hzi_config_row_is_alias(row)
				? HZ_OK
				: hzi_config_value_set(config, row, row->key.default_value, err);
		if (e != HZ_OK) {
			return e;
		}
	}
	config->log.level = HZ_LOG_INFO;
	return HZ_OK;
}

hz_err
hz_config_new(hz_config **config, hz_error *err)
{
	if (config == NULL) {
		return fail_null(err, "hz_config_new");
	}
	hz_config *fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a configuration");
	}
	hz_err e = set_defaults(fresh, err);
	if (e != HZ_OK) {
		hz_config_destroy(&fresh);
		return e;
	}
	*config = fresh;
	return HZ_OK;
}

void
hz_config_destroy(hz_config **config)
{
	if (config == NULL || *config == NULL) {
		return;
	}
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		hzi_config_value_clear(*config, row);
	}
	hzi_config_listeners_clear(&(*config)->listeners);
	free(*config);
	*config = NULL;
}

// The row of a key; a key that is none gets its failure here.
static hz_err
find_row(const char *key, const hzi_config_row **row, hz_error *err)
{
	*row = hzi_config_row_find(key);
	if (*row != NULL) {
		return HZ_OK;
	}
	char quoted[HZI_TEXT_QUOTE];
	hzi_text_quote(key, strlen(key), quoted);
	const char *nearest = hzi_config_nearest(key);
	if (nearest == NULL) {
		return hzi_fail(err, HZ_ERR_CONFIG, "unknown key %s", quoted);
	}
	return hzi_fail(err, HZ_ERR_CONFIG, "unknown key %s, did you mean \"%s\"?", quoted,
			nearest);
}

hz_err
hz_config_set(hz_config *config, const char *key, const char *value, hz_error *err)
{
	if (config == NULL || key == NULL || value == NULL) {
		return fail_null(err, "hz_config_set");
	}
	const hzi_config_row *row = NULL;
	hz_err e = find_row(key, &row, err);
	return e != HZ_OK ? e : hzi_config_value_set(config, row, value, err);
}

hz_err
hz_config_get(const hz_config *config, const char *key, char *buf, size_t cap, size_t *needed,
		hz_error *err)
{
	if (config == NULL || key == NULL || (buf == NULL && cap > 0)) {
		return fail_null(err, "hz_config_get");
	}
	const hzi_config_row *row = NULL;
	hz_err e = find_row(key, &row, err);
	if (e != HZ_OK) {
		return e;
	}

	// Measured first, so that a buffer that is too small stays as it was.
	hzi_config_text text = {NULL, 0, 0};
	hzi_config_value_show(config, row, &text);
	size_t size = text.used + 1;
	if (needed != NULL) {
		*needed = size;
	}
	if (size > cap) {
		return hzi_fail(err, HZ_ERR_LIMIT, "%s takes %zu bytes, there is room for %zu",
				row->key.name, size, cap);
	}
	HZI_ASSERT(buf != NULL); // else there was no room
	text = (hzi_config_text){buf, cap, 0};
	hzi_config_value_show(config, row, &text);
	buf[text.used] = '\0';
	return HZ_OK;
}

size_t
hz_config_key_count(void)
{
	size_t count = 0;
	while (hzi_config_row_at(count) != NULL) {
		count++;
	}
	return count;
}

const hz_config_key *
hz_config_key_at(size_t index)
{
	const hzi_config_row *row = hzi_config_row_at(index);
	return row != NULL ? &row->key : NULL;
}

hz_err
hz_config_on_log(hz_config *config, hz_log_fn fn, void *ctx, hz_log_level level, hz_error *err)
{
	if (config == NULL) {
		return fail_null(err, "hz_config_on_log");
	}
	if ((int)level < HZ_LOG_ERROR || (int)level > HZ_LOG_TRACE) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%d is no log level", (int)level);
	}
	config->log.fn = fn;
	config->log.ctx = ctx;
	config->log.level = level;
	return HZ_OK;
}

hz_err
hz_config_on_late_item(hz_config *config, hz_late_item_fn fn, void *ctx, hz_error *err)
{
	if (config == NULL) {
		return fail_null(err, "hz_config_on_late_item");
	}
	config->late_item.fn = fn;
	config->late_item.ctx = ctx;
	return HZ_OK;
}

hz_err
hzi_config_check(const hz_config *config, hz_error *err)
{
	if (config->heartbeat_timeout_ms <= config->heartbeat_interval_ms) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				"hazelcast.client.heartbeat.timeout (%" PRId64
				" ms) must be longer than hazelcast.client.heartbeat.interval"
				" (%" PRId64 " ms)",
				config->heartbeat_timeout_ms, config->heartbeat_interval_ms);
	}
	if (config->max_backoff_ms < config->initial_backoff_ms) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				"connection-retry.max-backoff-millis (%" PRId64
				") is less than connection-retry.initial-backoff-millis (%" PRId64
				")",
				config->max_backoff_ms, config->initial_backoff_ms);
	}
	return HZ_OK;
}

hz_err
hzi_config_copy(const hz_config *config, hz_config **out)
{
	hz_config *copy = malloc(sizeof(*copy));
	if (copy == NULL) {
		return HZ_ERR_MEMORY;
	}
	*copy = *config;

	// Every owned field is replaced, also after one failed: nothing may stay shared with the
	// original when the copy is destroyed.
	hz_err e = hzi_config_listeners_copy(&copy->listeners, &config->listeners);
	const hzi_config_row *row;
	for (size_t i = 0; (row = hzi_config_row_at(i)) != NULL; i++) {
		if (!hzi_config_row_is_alias(row) &&
				hzi_config_value_copy(copy, config, row) != HZ_OK) {
			e = HZ_ERR_MEMORY;
		}
	}
	if (e != HZ_OK) {
		hz_config_destroy(&copy);
		return e;
	}
	*out = copy;
	return HZ_OK;
}
