// SPDX-License-Identifier: Apache-2.0
//
// What a listener of a reliable topic has heard last, so that it can tell whether a ringbuffer is
// still the one that it has read.
#ifndef HZI_PROXIES_RELIABLE_HEARD_H
#define HZI_PROXIES_RELIABLE_HEARD_H

#include <hazelcast/value.h>
#include <stdbool.h>
#include <stdint.h>

#define HZI_HEARD_MAX 128

// Zeroed: nothing. One thread at a time.
typedef struct hzi_heard {
	struct {
		int64_t end; // sequence + 1; 0: none
		int32_t hash;
	} at[HZI_HEARD_MAX]; // each in the place that its sequence gives
} hzi_heard;

// Notes a message, whose sequence is not negative.
void hzi_heard_add(hzi_heard *heard, int64_t sequence, const hz_value *item);

// Whether it is known what the message of a sequence was, and whether it was this one.
bool hzi_heard_has(const hzi_heard *heard, int64_t sequence);
bool hzi_heard_same(const hzi_heard *heard, int64_t sequence, const hz_value *item);

#endif
