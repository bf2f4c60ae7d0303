// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/link.h"

#include "tests/support/suite.h"
#include "tests/transport/answer.h"

#include <string.h>

#define PATIENCE_MS 20000

// The link of the case that runs: requests know no other way to it.
static link_end *current;

static bool
on_sending(hzi_out *out)
{
	return out != atomic_load(&current->ended);
}

static void
on_released(hzi_out *out)
{
	(void)out;
	atomic_fetch_add(&current->released, 1);
}

static void
on_message(void *ctx, hzi_connection *conn, uint64_t conn_id, const hzi_slice *msg)
{
	(void)conn;
	(void)conn_id;
	(void)msg;
	atomic_fetch_add(&((link_end *)ctx)->messages, 1);
}

static void
on_dialled(void *ctx, hzi_connection *conn, hz_err code, hzi_handshake_reply *reply,
		const hz_error *err)
{
	link_end *link = ctx;
	(void)conn;
	(void)err;
	if (reply != NULL) {
		hzi_handshake_reply_clear(reply);
	}
	atomic_store(&link->dial_code, (int)code);
	atomic_fetch_add(&link->dials, 1);
}

static void
on_closed(void *ctx, hzi_connection *conn, uint64_t conn_id, hz_err code, const char *why)
{
	link_end *link = ctx;
	(void)conn;
	(void)conn_id;
	atomic_store(&link->close_code, (int)code);
	atomic_store(&link->close_why, why);
	atomic_fetch_add(&link->closes, 1);
}

static const hzi_conn_ops ops = {
		.sending = on_sending,
		.released = on_released,
		.message = on_message,
		.dialled = on_dialled,
		.closed = on_closed,
};

void
link_open(link_end *link)
{
	static const hzi_dial options = {
			.tcp = {.no_delay = true, .linger_s = -1, .buffer_kb = 16}};
	memset(link, 0, sizeof(*link));
	current = link;
	HZT_OK(hzi_fork_guard_init(&link->guard));
	HZT_OK(hzi_bus_new(&link->guard, &link->bus));
	HZT_OK(hzi_block_pool_new(0, &link->pool));
	link->handshake = plain_request();
	HZT_OK(hzi_connection_init(&link->conn, 0, &ops, link, link->pool, LINK_MESSAGE_MAX));
	HZT_OK(hzi_io_start(
			&link->io, &link->conn, link->bus, "hz-io", &options, &link->handshake));
}

void
link_dial(link_end *link, uint16_t port, uint64_t conn_id)
{
	hzi_dial_order order = {
			.host = "127.0.0.1", .port = port, .timeout_ms = 60000, .conn_id = conn_id};
	hzi_io_dial(link->io, &order);
}

typedef struct wanted {
	_Atomic int *count;
	int least;
} wanted;

static bool
is_reached(void *ctx)
{
	const wanted *w = ctx;
	return atomic_load(w->count) >= w->least;
}

hz_err
link_await_dials(link_end *link, int dials)
{
	HZT_AWAIT(is_reached, (&(wanted){&link->dials, dials}), PATIENCE_MS);
	return (hz_err)atomic_load(&link->dial_code);
}

hz_err
link_await_closes(link_end *link, int closes)
{
	HZT_AWAIT(is_reached, (&(wanted){&link->closes, closes}), PATIENCE_MS);
	return (hz_err)atomic_load(&link->close_code);
}

void
link_close(link_end *link)
{
	hzi_io_stop(link->io);
	hzi_io_join(link->io);
	hzi_connection_clear(&link->conn);
	hzi_io_destroy(&link->io);
	hzi_block_pool_destroy(&link->pool);
	hzi_bus_destroy(&link->bus);
	hzi_fork_guard_clear(&link->guard);
}
