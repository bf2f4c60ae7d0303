// SPDX-License-Identifier: Apache-2.0
//
// The inside of a predicate, for those who send one.
#ifndef HZI_SERIALIZATION_PREDICATE_H
#define HZI_SERIALIZATION_PREDICATE_H

#include "serialization/object.h"

#include <hazelcast/predicate.h>

struct hz_pred {
	hzi_object object;
	// Of a partition predicate: what is asked there, and for each byte order the key's Data and
	// its hash. NULL: it is none.
	hz_pred *target;
	hzi_buf key[2];
	int32_t hash[2];
};

#endif
