// SPDX-License-Identifier: Apache-2.0
//
// What the transport calls when it has read, written, dialled or lost something (hzi_conn_ops).
#ifndef HZI_CORE_UPCALLS_H
#define HZI_CORE_UPCALLS_H

#include "transport/connection.h"

struct hz_client;

// Listener ids below this are the library's own.
#define HZI_LISTENER_VIEW 1   // members and partitions: to the cluster thread
#define HZI_LISTENER_BACKUP 2 // backup acknowledgements
#define HZI_LISTENER_CP 3     // leaders of CP groups: to the cluster thread
#define HZI_LISTENER_FIRST 16 // the first of the layers above

extern const hzi_conn_ops hzi_upcalls;

// Ends every call of the client with HZ_ERR_CLOSED, wherever it stands. `closing` was set before.
void hzi_sweep_all(struct hz_client *client);

#endif
