// SPDX-License-Identifier: Apache-2.0
//
// Settings as text, one kind of row at a time: reading, showing, copying and freeing the field that
// a row names. The caller has the configuration to itself.
#ifndef HZI_CORE_CONFIG_VALUE_H
#define HZI_CORE_CONFIG_VALUE_H

#include "core/config.h"
#include "core/config_table.h"

// Where text is written: past cap only counted. used is what the whole text takes.
typedef struct hzi_config_text {
	char *buf;
	size_t cap;
	size_t used;
} hzi_config_text;

// Reads text into the row's field. Lends text. HZ_ERR_CONFIG with what would be right,
// HZ_ERR_MEMORY; on failure the field is as it was. Does not block.
hz_err hzi_config_value_set(
		hz_config *config, const hzi_config_row *row, const char *text, hz_error *err);

// Appends the row's field as text that hzi_config_value_set reads. No terminator.
void hzi_config_value_show(
		const hz_config *config, const hzi_config_row *row, hzi_config_text *out);

// Gives to's field memory of its own with what from's field holds; to's field is taken for a bare
// copy of from's that owns nothing. On HZ_ERR_MEMORY it is empty.
hz_err hzi_config_value_copy(hz_config *to, const hz_config *from, const hzi_config_row *row);

// Frees what the row's field owns and empties it.
void hzi_config_value_clear(hz_config *config, const hzi_config_row *row);

#endif
