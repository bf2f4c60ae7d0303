// SPDX-License-Identifier: Apache-2.0
//
// Listeners that a configuration carries: they are there before the client's first connection.
#ifndef HZI_EVENTS_CONFIG_LISTENERS_H
#define HZI_EVENTS_CONFIG_LISTENERS_H

#include "events/dispatch.h"

// Puts them into the registry of a client that has no cluster thread yet. HZ_ERR_MEMORY: some are
// there.
hz_err hzi_config_listeners_add(hz_client *client, hzi_dispatch *dispatch, hz_error *err);

// Has those that members must be asked for registered with the first connection
// (hzi_event_ops.prepare).
hz_err hzi_config_listeners_register(void *state, hz_error *err);

#endif
