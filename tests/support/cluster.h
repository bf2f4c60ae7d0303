// SPDX-License-Identifier: Apache-2.0
//
// Real Hazelcast members for tests: the C side of tools/members.py. A cluster is a launcher process
// with its members; it ends when it is told to and also when this process ends, however it ends.
//
// Every function fails the running case (see suite.h) if the launcher refuses or is gone. They may
// be called from any thread, one at a time per cluster is carried out. All of them block until the
// members are in the state that the call asks for. Members are numbered from 0.
#ifndef HZT_CLUSTER_H
#define HZT_CLUSTER_H

#include <stddef.h>

typedef struct hzt_cluster hzt_cluster;

// Starts members and waits until each answers clients and sees all others. The specification is
// what `start` of tools/members.py takes, such as "3 backup=1 version=5.4.0 cp=3
// prop.hazelcast.foo=bar xml=/path". Gives a cluster; end it with hzt_cluster_end. Members inherit
// this process's resource limits, so a test that lowers those starts its cluster first.
hzt_cluster *hzt_cluster_start(const char *spec);

// Ends all members at once. NULL and a pointer to NULL are fine; the pointer is set to NULL.
void hzt_cluster_end(hzt_cluster **cluster);

// SIGKILL; the member is gone when it returns.
void hzt_cluster_kill(hzt_cluster *cluster, size_t member);
// SIGTERM: the member hands over its partitions and leaves; it has left when it returns.
void hzt_cluster_term(hzt_cluster *cluster, size_t member);
// SIGSTOP and SIGCONT.
void hzt_cluster_stop(hzt_cluster *cluster, size_t member);
void hzt_cluster_cont(hzt_cluster *cluster, size_t member);
// Kills it if it runs, starts it on the same port, waits until all running members see it.
void hzt_cluster_restart(hzt_cluster *cluster, size_t member);
// One more member; returns its number.
size_t hzt_cluster_add(hzt_cluster *cluster);
// Waits until every partition has its backups again on the members that run.
void hzt_cluster_wait_safe(hzt_cluster *cluster);

// "127.0.0.1:port" as clients are told it. Lends until the cluster ends.
const char *hzt_cluster_address(hzt_cluster *cluster, size_t member);
// The address where the member itself listens; it differs where the specification has public=.
// Lends until the cluster ends.
const char *hzt_cluster_direct(hzt_cluster *cluster, size_t member);
// All addresses that clients are told, with commas between. Lends until the next member is added.
const char *hzt_cluster_addresses(hzt_cluster *cluster);
// Number of members, ended ones included.
size_t hzt_cluster_size(hzt_cluster *cluster);
// Path of a member's log file. Lends until the next call of this function.
const char *hzt_cluster_log(hzt_cluster *cluster, size_t member);

// The addresses of the two-member cluster that all tests of a run share: HZ_TEST_CLUSTER of the
// environment, or a cluster started for this process. Take names of your own for structures, and
// leave the members alone. Lends for the life of the process.
const char *hzt_shared_addresses(void);

#endif
