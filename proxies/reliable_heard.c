// SPDX-License-Identifier: Apache-2.0
#include "proxies/reliable_heard.h"

#include "serialization/murmur3.h"

#include <stddef.h>

// Of all bytes of the envelope, so also of the time of publishing.
static int32_t
hash_of(const hz_value *item)
{
	const void *data = NULL;
	size_t n = 0;
	return hz_value_get_data(item, &data, &n) == HZ_OK ? hzi_murmur3(data, n) : 0;
}

void
hzi_heard_add(hzi_heard *heard, int64_t sequence, const hz_value *item)
{
	heard->at[sequence % HZI_HEARD_MAX].end = sequence + 1;
	heard->at[sequence % HZI_HEARD_MAX].hash = hash_of(item);
}

bool
hzi_heard_has(const hzi_heard *heard, int64_t sequence)
{
	return sequence >= 0 && heard->at[sequence % HZI_HEARD_MAX].end == sequence + 1;
}

bool
hzi_heard_same(const hzi_heard *heard, int64_t sequence, const hz_value *item)
{
	return hzi_heard_has(heard, sequence) &&
			heard->at[sequence % HZI_HEARD_MAX].hash == hash_of(item);
}
