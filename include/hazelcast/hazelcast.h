// SPDX-License-Identifier: Apache-2.0
//
// All of the library. Each header also stands alone.
#ifndef HAZELCAST_HAZELCAST_H
#define HAZELCAST_HAZELCAST_H

#include <hazelcast/aggregator.h>
#include <hazelcast/atomic_long.h>
#include <hazelcast/atomic_reference.h>
#include <hazelcast/call.h>
#include <hazelcast/cardinality_estimator.h>
#include <hazelcast/client.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/config.h>
#include <hazelcast/count_down_latch.h>
#include <hazelcast/cp_subsystem.h>
#include <hazelcast/decimal.h>
#include <hazelcast/entry_listener.h>
#include <hazelcast/error.h>
#include <hazelcast/fenced_lock.h>
#include <hazelcast/flake_id_generator.h>
#include <hazelcast/future.h>
#include <hazelcast/id_generator.h>
#include <hazelcast/identified.h>
#include <hazelcast/generic_record.h>
#include <hazelcast/item_listener.h>
#include <hazelcast/items.h>
#include <hazelcast/list.h>
#include <hazelcast/listener.h>
#include <hazelcast/lock_options.h>
#include <hazelcast/map.h>
#include <hazelcast/message_listener.h>
#include <hazelcast/multimap.h>
#include <hazelcast/object.h>
#include <hazelcast/partition_listener.h>
#include <hazelcast/pn_counter.h>
#include <hazelcast/predicate.h>
#include <hazelcast/projection.h>
#include <hazelcast/queue.h>
#include <hazelcast/record.h>
#include <hazelcast/reliable_topic.h>
#include <hazelcast/replicated_map.h>
#include <hazelcast/ringbuffer.h>
#include <hazelcast/semaphore.h>
#include <hazelcast/set.h>
#include <hazelcast/temporal.h>
#include <hazelcast/topic.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>

#endif
