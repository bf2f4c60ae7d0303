// SPDX-License-Identifier: Apache-2.0
#include "events/config_listeners.h"

#include "base/fail.h"
#include "core/cluster.h"
#include "core/config_listeners.h"
#include "events/user_listener.h"

#include <hazelcast/cp_subsystem.h>
#include <hazelcast/partition_listener.h>

// ---- A client starts ----

hz_err
hzi_config_listeners_add(hz_client *client, hzi_dispatch *dispatch, hz_error *err)
{
	const hzi_config_listeners *all = &client->config->listeners;
	for (size_t i = 0; i < all->count; i++) {
		hzi_listener *l;
		hz_err e = hzi_user_make(
				client, all->items[i].kind, all->items[i].user, true, &l, err);
		if (e != HZ_OK) {
			return e;
		}
		// Nobody shuts down a client that is being made.
		hzi_registry_insert(dispatch, l);
	}
	return HZ_OK;
}

hz_err
hzi_config_listeners_register(void *state, hz_error *err)
{
	hzi_dispatch *dispatch = state;
	for (unsigned i = 0; i < HZI_LISTENER_BUCKETS; i++) {
		for (hzi_listener *l = dispatch->buckets[i]; l != NULL; l = l->next) {
			hzi_registration registration = hzi_listener_registration(l);
			if (registration.add != NULL &&
					!hzi_cluster_listen_first(
							dispatch->client, &registration)) {
				return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a listener");
			}
		}
	}
	return HZ_OK;
}

// ---- The configuration ----

static hz_err
add(hz_config *config, const hzi_user_kind *kind, const void *user, hz_error *err)
{
	const hzi_user_head *head = user;
	if (config == NULL || head == NULL || head->size <= sizeof(head->size)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"configuration or listener is NULL, or the listener has no size");
	}
	hz_err e = hzi_config_listeners_append(&config->listeners, kind, user, head->size);
	return e == HZ_OK ? HZ_OK : hzi_fail(err, e, "no memory for a listener");
}

HZ_API hz_err
hz_config_listen_lifecycle(hz_config *config, const hz_lifecycle_listener *listener, hz_error *err)
{
	return add(config, &hzi_lifecycle_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_members(hz_config *config, const hz_membership_listener *listener, hz_error *err)
{
	return add(config, &hzi_membership_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_connections(
		hz_config *config, const hz_connection_listener *listener, hz_error *err)
{
	return add(config, &hzi_connection_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_objects(hz_config *config, const hz_object_listener *listener, hz_error *err)
{
	return add(config, &hzi_object_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_partition_lost(
		hz_config *config, const hz_partition_lost_listener *listener, hz_error *err)
{
	return add(config, &hzi_partition_lost_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_migrations(hz_config *config, const hz_migration_listener *listener, hz_error *err)
{
	return add(config, &hzi_migration_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_cp_members(
		hz_config *config, const hz_cp_membership_listener *listener, hz_error *err)
{
	return add(config, &hzi_cp_membership_kind, listener, err);
}

HZ_API hz_err
hz_config_listen_cp_availability(
		hz_config *config, const hz_cp_availability_listener *listener, hz_error *err)
{
	return add(config, &hzi_cp_availability_kind, listener, err);
}
