// SPDX-License-Identifier: Apache-2.0
//
// Projections: which parts of the entries a query brings back, so that the rest does not travel.
// What is said in aggregator.h about attributes, failures and ownership holds here.
#ifndef HAZELCAST_PROJECTION_H
#define HAZELCAST_PROJECTION_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// One projection. Opaque.
typedef struct hz_proj hz_proj;

// Of each entry the value of one attribute. Lends attribute, which is not NULL. Since 0.1.
HZ_API hz_proj *hz_proj_single(const char *attribute);

// Of each entry a LIST with the values of n attributes, in this order; n is not 0. Lends them.
// Since 0.1.
HZ_API hz_proj *hz_proj_multi(const char *const *attributes, size_t n);

// Of each entry the entry: a MAP of its key and value. Since 0.1.
HZ_API hz_proj *hz_proj_identity(void);

// Frees a projection. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_proj_destroy(hz_proj **projection);

#ifdef __cplusplus
}
#endif

#endif
