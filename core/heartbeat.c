// SPDX-License-Identifier: Apache-2.0
#include "core/heartbeat.h"

#include "core/cluster_state.h"
#include "protocol/gen/client.h"

#define NS_PER_MS INT64_C(1000000)

static const hzi_op PING = {.proto = &HZP_CLIENT_PING, .result = HZ_RESULT_NONE};

hzi_beat
hzi_heartbeat_look(int64_t now_ns, int64_t read_ns, int64_t write_ns, int64_t interval_ns,
		int64_t timeout_ns, int64_t *due_ns)
{
	int64_t dead_ns = read_ns + timeout_ns;
	int64_t ping_ns = write_ns + interval_ns;
	if (now_ns >= dead_ns) {
		*due_ns = HZI_NEVER;
		return HZI_BEAT_DEAD;
	}
	if (now_ns >= ping_ns) {
		ping_ns = now_ns + interval_ns;
		*due_ns = ping_ns < dead_ns ? ping_ns : dead_ns;
		return HZI_BEAT_PING;
	}
	*due_ns = ping_ns < dead_ns ? ping_ns : dead_ns;
	return HZI_BEAT_NONE;
}

// The answer has been read by now, and that was all it was for.
static void
pinged(void *ctx, hzi_call *call)
{
	(void)ctx;
	hzi_call_release(call);
}

static void
ping(hzi_cluster *cluster, hzi_peer *peer, int64_t now_ns)
{
	hzp_client_ping_request request = {0};
	hzi_call *call = hzi_call_begin_bound(cluster->client, peer->conn_id, peer->conn, &PING,
			HZ_FOREVER, pinged, cluster);
	// Without memory for it there is the next one; the member is patient.
	peer->pinged_ns = now_ns;
	if (call != NULL) {
		atomic_fetch_add_explicit(
				&cluster->client->counters.pings, 1, memory_order_relaxed);
		hzi_call_submit_bound(call, &request);
	}
}

static int64_t
look_after(hzi_cluster *cluster, hzi_peer *peer, int64_t now_ns)
{
	const hz_config *config = cluster->client->config;
	int64_t read_ns = atomic_load_explicit(&peer->conn->read_ns, memory_order_relaxed);
	int64_t write_ns = atomic_load_explicit(&peer->conn->write_ns, memory_order_relaxed);
	int64_t due_ns;
	// A ping that waits for room in the socket is not followed by another one at once.
	if (write_ns < peer->pinged_ns) {
		write_ns = peer->pinged_ns;
	}
	switch (hzi_heartbeat_look(now_ns, read_ns, write_ns,
			config->heartbeat_interval_ms * NS_PER_MS,
			config->heartbeat_timeout_ms * NS_PER_MS, &due_ns)) {
	case HZI_BEAT_DEAD:
		hzi_peer_close(cluster, peer, HZ_ERR_DISCONNECTED,
				"the member gives no sign of life");
		break;
	case HZI_BEAT_PING:
		ping(cluster, peer, now_ns);
		break;
	default:
		break;
	}
	return due_ns;
}

int64_t
hzi_heartbeat_all(hzi_cluster *cluster, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		hzi_peer *peer = cluster->peers.at[i];
		if ((1U << peer->state & HZI_PEERS_CONNECTED) != 0) {
			int64_t next_ns = look_after(cluster, peer, now_ns);
			due_ns = next_ns < due_ns ? next_ns : due_ns;
		}
	}
	return due_ns;
}
