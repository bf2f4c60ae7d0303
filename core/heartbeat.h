// SPDX-License-Identifier: Apache-2.0
//
// Signs of life. A member drops a client that sends nothing, so a connection on which nothing was
// written for a while gets a ping; one on which nothing was read for long is given up. Any byte
// read counts, also one of an answer that is still coming.
#ifndef HZI_CORE_HEARTBEAT_H
#define HZI_CORE_HEARTBEAT_H

#include <stdint.h>

typedef struct hzi_cluster hzi_cluster;

typedef enum hzi_beat { HZI_BEAT_NONE, HZI_BEAT_PING, HZI_BEAT_DEAD } hzi_beat;

// What a connection needs now, when bytes last came and went; *due_ns is when to look again. A pure
// function: all times are nanoseconds of the monotonic clock.
hzi_beat hzi_heartbeat_look(int64_t now_ns, int64_t read_ns, int64_t write_ns, int64_t interval_ns,
		int64_t timeout_ns, int64_t *due_ns);

// Pings or gives up every connection that needs it, and says when to call this again: HZI_NEVER
// when nothing is connected. Cluster thread.
int64_t hzi_heartbeat_all(hzi_cluster *cluster, int64_t now_ns);

#endif
