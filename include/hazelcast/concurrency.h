// SPDX-License-Identifier: Apache-2.0
//
// What stands behind the concurrency utilities: fenced locks, semaphores, atomic longs and
// references, countdown latches and id generators.
//
// The CP subsystem of the members (the default) is consistent before it is available; open-source
// members have it up to 5.4, later ones of the Enterprise edition alone. The map backend needs
// nothing but maps, which every member has, and is available before it is consistent. The client's
// configuration chooses with the key concurrency.backend, for all of its structures: `cp` or `map`.
// Nothing ever falls back by itself, and a name lives in one backend only. docs/concurrency.md says
// what each of them promises.
#ifndef HAZELCAST_CONCURRENCY_H
#define HAZELCAST_CONCURRENCY_H

#ifdef __cplusplus
extern "C" {
#endif

// The answer of hz_fenced_lock_backend and its like.
typedef enum hz_backend {
	HZ_BACKEND_NONE = 0, // of the handle NULL
	HZ_BACKEND_CP = 1,
	HZ_BACKEND_MAP = 2
} hz_backend;

#ifdef __cplusplus
}
#endif

#endif
