// SPDX-License-Identifier: Apache-2.0
//
// The inside of aggregators and projections, for those who send one.
#ifndef HZI_SERIALIZATION_AGGREGATOR_H
#define HZI_SERIALIZATION_AGGREGATOR_H

#include "serialization/object.h"

#include <hazelcast/aggregator.h>
#include <hazelcast/projection.h>

struct hz_agg {
	hzi_object object;
};

struct hz_proj {
	hzi_object object;
};

_Static_assert(sizeof(hz_agg) <= HZI_OBJECT_ROOM && sizeof(hz_proj) <= HZI_OBJECT_ROOM,
		"they have room");

#endif
