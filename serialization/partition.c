// SPDX-License-Identifier: Apache-2.0
#include "serialization/partition.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "serialization/data.h"
#include "serialization/murmur3.h"

#include <stdlib.h>
#include <string.h>

int32_t
hzi_partition_of_hash(int32_t hash, int32_t count)
{
	// Its absolute value does not fit, so members have a rule of its own for it.
	return hash == INT32_MIN ? 0 : abs(hash) % count;
}

int32_t
hzi_data_hash(const uint8_t *data, size_t n)
{
	if (n < HZI_DATA_HEADER) {
		return 0;
	}
	int32_t own = (int32_t)hzi_load_be32(data);
	return own != 0 ? own : hzi_murmur3(data + HZI_DATA_HEADER, n - HZI_DATA_HEADER);
}

const char *
hzi_partition_key_of_name(const char *name)
{
	const char *at = strchr(name, '@');
	return at == NULL ? name : at + 1;
}

hz_err
hzi_name_hash(const char *name, bool big_endian, int32_t *hash, hz_error *err)
{
	uint8_t storage[256];
	hzi_buf buf;
	hzi_buf_init(&buf, storage, sizeof(storage));
	hz_value key = hz_str(hzi_partition_key_of_name(name));
	hz_err code = hzi_data_write(&buf, &key, big_endian, hash, err);
	hzi_buf_clear(&buf);
	return code;
}
