// SPDX-License-Identifier: Apache-2.0
//
// The schemas that this client knows: of the records it has written, and of those it has read.
// Members cannot do anything with a record whose schema they do not know, so a record is not sent
// before all members have it: a call that brings an unknown one ends its try with HZ_ERR_OFFLINE
// and so pauses until the view of the client changes (core/retry.h), while the cluster thread tells
// the members, each schema once for all who wait. A cluster that was begun anew is told of all of
// them before any caller sees a connection to it.
//
// Known ones are added under a short lock by any thread, are found without one, and stay as long as
// the client. That members have one is known once the cluster thread has told them, or they have sent
// it.
#ifndef HZI_CORE_SCHEMAS_H
#define HZI_CORE_SCHEMAS_H

#include "core/call.h"
#include "serialization/compact_read.h"
#include "serialization/compact_write.h"

#include <hazelcast/error.h>
#include <pthread.h>

struct hzi_cluster;
struct hzi_peer;

enum { HZI_SCHEMA_BUCKETS = 256 };

typedef struct hzi_known_schema hzi_known_schema;

// The client's room for them.
typedef struct hzi_schemas {
	_Atomic(hzi_known_schema *) buckets[HZI_SCHEMA_BUCKETS];
	_Atomic uint32_t wanted; // how many the members have to be told of
	pthread_mutex_t lock;
} hzi_schemas;

void hzi_schemas_init(hzi_schemas *schemas);

// Frees everything, when no thread is left.
void hzi_schemas_clear(hzi_schemas *schemas);

// What hears of the schemas of a call's values while they are serialized, and what the call then
// waits for. The sink lives as long as the call's record is the caller's.
hzi_schema_sink hzi_call_sink(hzi_call *call);

// For a call that brings values inside another object, which members do not look into: it waits for
// the schemas of records among them. Lends them. False: the error is in the record. Driver only.
bool hzi_call_brings(hzi_call *call, const hz_value *values, size_t n);

// HZ_OK if all members have the schemas of the call's values. HZ_ERR_OFFLINE: they are being told.
// Others: what came of telling them since the call's first try. Its driver; does not block.
hz_err hzi_schemas_ready(hzi_call *call);

// Forgets what the call waits for.
void hzi_schemas_end_call(hzi_call *call);

// Lends a known schema, or NULL. Any thread; does not block.
const hzi_schema *hzi_schemas_find(const struct hz_client *client, int64_t id);

// Where records that are read get their schemas: those that are known, those of `type` (or NULL)
// and the types it points to, and at last the members, who are asked then and there. Lends both.
typedef struct hzi_schema_finder {
	struct hz_client *client; // or NULL
	hz_record_type *type;     // or NULL
} hzi_schema_finder;
hzi_schema_source hzi_schemas_source(hzi_schema_finder *finder);

// Tells the members what is due; returns when something will be. Cluster thread.
int64_t hzi_schemas_advance(struct hz_client *client, int64_t now_ns);

// If they are due, sends all of them over a connection that is being set up; one more thing that
// its set-up waits for. HZ_ERR_MEMORY. Cluster thread.
hz_err hzi_schemas_set_up(struct hzi_cluster *cluster, struct hzi_peer *peer);

#endif
