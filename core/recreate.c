// SPDX-License-Identifier: Apache-2.0
#include "core/recreate.h"

#include "base/buf.h"
#include "core/cluster_state.h"
#include "protocol/gen/client.h"

#include <string.h>

static const hzi_op CREATE = {.proto = &HZP_CLIENT_CREATE_PROXIES, .result = HZ_RESULT_NONE};

static void
add_name(void *ctx, const char *service, const char *name)
{
	hzp_entry_str_str entry = {.key = hzp_str(name), .value = hzp_str(service)};
	hzi_buf_append(ctx, &entry, sizeof(entry));
}

static void
created(void *ctx, hzi_call *call)
{
	hzi_cluster *cluster = ctx;
	hzi_peer *peer = cluster->peers.at[call->bound_slot->index];
	hz_error err;
	if (peer->conn_id == call->bound) {
		if (call->code == HZ_OK) {
			cluster->proxies_due = false;
		} else {
			// Structures come into being by their first use as well; this was for those
			// whose configuration a member looks up by name.
			hzi_call_explain(call, call->code, &err);
			hzi_log_write(&cluster->client->log, HZI_LOG_WARN,
					"structures could not be created again: %s", err.message);
		}
		hzi_peer_confirmed(cluster, peer);
	}
	hzi_call_release(call);
}

static hz_err
send_names(hzi_cluster *cluster, hzi_peer *peer, const hzi_buf *entries)
{
	hzp_client_create_proxies_request request = {
			.proxies = HZP_LIST(
					entries->data, entries->len / sizeof(hzp_entry_str_str))};
	hzi_call *call = hzi_call_begin_bound(cluster->client, peer->conn_id, peer->conn, &CREATE,
			HZ_FOREVER, created, cluster);
	if (call == NULL) {
		return HZ_ERR_MEMORY;
	}
	peer->pending++;
	hzi_call_submit_bound(call, &request);
	return HZ_OK;
}

hz_err
hzi_recreate_proxies(hzi_cluster *cluster, hzi_peer *peer)
{
	hz_client *client = cluster->client;
	hzi_buf entries = {0};
	hz_err e = HZ_OK;
	if (!cluster->proxies_due || atomic_load(&client->list_proxies) == NULL) {
		return HZ_OK;
	}
	// The texts live as long as the client.
	client->list_proxies(client, add_name, &entries);
	if (entries.failed) {
		e = HZ_ERR_MEMORY;
	} else if (entries.len > 0) {
		e = send_names(cluster, peer, &entries);
	}
	hzi_buf_clear(&entries);
	return e;
}
