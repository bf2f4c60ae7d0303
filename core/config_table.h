// SPDX-License-Identifier: Apache-2.0
//
// The rows of config_rows.h as a table: what the public hz_config_key says of each key and where
// its setting stands in hz_config. Constant, shared by all threads.
#ifndef HZI_CORE_CONFIG_TABLE_H
#define HZI_CORE_CONFIG_TABLE_H

#include <hazelcast/config.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum hzi_config_kind {
	HZI_CONFIG_STRING,
	HZI_CONFIG_PEM,    // a string of many lines
	HZI_CONFIG_SECRET, // any text; never shown
	HZI_CONFIG_LIST,
	HZI_CONFIG_ADDRESSES,
	HZI_CONFIG_BOOL,
	HZI_CONFIG_CHOICE,
	HZI_CONFIG_INTEGER,
	HZI_CONFIG_MILLIS,
	HZI_CONFIG_SECONDS,
	HZI_CONFIG_NUMBER,
} hzi_config_kind;

typedef struct hzi_config_row {
	hz_config_key key;
	hzi_config_kind kind;
	size_t offset; // of the field
	size_t size;   // of the field: tells an int32_t from an int64_t and a bool from an enum
	double min;    // 0 and 0 for choices
	double max;
} hzi_config_row;

// The row with this index, or NULL past the end. Any thread; does not block.
const hzi_config_row *hzi_config_row_at(size_t index);

// The row of a key, with or without "properties." before a property's name, or NULL. Lends key. Any
// thread; does not block.
const hzi_config_row *hzi_config_row_find(const char *key);

// Whether the row is another name of a setting that has a row of its own.
bool hzi_config_row_is_alias(const hzi_config_row *row);

// The key whose name is most like this one, or NULL when none is near. Lends key (any bytes) and
// the result. Any thread; does not block; takes time in proportion to the table, not to the key.
const char *hzi_config_nearest(const char *key);

#endif
