// SPDX-License-Identifier: Apache-2.0
//
// A connection slot over a stream of the test's own, which takes as much as it is told to: what is
// written in which order, by whom, and what can be taken back.
#include "tests/support/suite.h"
#include "tests/transport/link.h"
#include "transport/lease.h"

#include <poll.h>
#include <string.h>

// ---- The stream ----

typedef struct sink {
	uint8_t bytes[4096];
	size_t n;
	size_t room; // bytes that it will still take
	int writes;
	hz_err error;          // what the next write gives, if not HZ_OK
	void (*writing)(void); // called in the next write, once
	_Atomic bool is_shut;
	bool is_closed;
} sink;

static hz_err
sink_read(hzi_stream *stream, void *buf, size_t size, size_t *got)
{
	(void)stream;
	(void)buf;
	(void)size;
	*got = 0;
	return HZ_OK;
}

static hz_err
sink_writev(hzi_stream *stream, const struct iovec *parts, int count, size_t *sent)
{
	sink *to = stream->state;
	void (*writing)(void) = to->writing;
	to->writing = NULL;
	to->writes++;
	*sent = 0;
	if (writing != NULL) {
		writing();
	}
	if (to->error != HZ_OK) {
		return to->error;
	}
	for (int i = 0; i < count; i++) {
		size_t n = parts[i].iov_len < to->room ? parts[i].iov_len : to->room;
		memcpy(to->bytes + to->n, parts[i].iov_base, n);
		to->n += n;
		to->room -= n;
		*sent += n;
	}
	return HZ_OK;
}

static uint32_t
sink_wants(const hzi_stream *stream, bool reading, bool writing)
{
	(void)stream;
	(void)reading;
	(void)writing;
	return 0;
}

static void
sink_shutdown(hzi_stream *stream)
{
	((sink *)stream->state)->is_shut = true;
}

static void
sink_close(hzi_stream *stream)
{
	((sink *)stream->state)->is_closed = true;
}

static const hzi_stream_ops shared_ops = {
		.name = "sink",
		.shared = true,
		.read = sink_read,
		.writev = sink_writev,
		.wants = sink_wants,
		.shutdown = sink_shutdown,
		.close = sink_close,
};

static const hzi_stream_ops private_ops = {
		.name = "private sink",
		.read = sink_read,
		.writev = sink_writev,
		.wants = sink_wants,
		.shutdown = sink_shutdown,
		.close = sink_close,
};

// ---- The slot ----

static sink to;
static link_end slot; // its thread knows of no connection, and touches nothing
static hzi_connection *const conn = &slot.conn;

static void
open_over_sink(const hzi_stream_ops *ops, size_t room)
{
	memset(&to, 0, sizeof(to));
	to.room = room;
	link_open(&slot);
	hzi_stream stream = {.ops = ops, .fd = -1, .state = &to};
	hzi_connection_open(conn, &stream, 1);
}

static void
close_over_sink(void)
{
	hzi_connection_close(conn, HZ_ERR_CLOSED, "the case is over");
	HZT_CHECK(to.is_shut && to.is_closed);
	link_close(&slot);
}

static hzi_out outs[8];

static void
append(int i, const char *text, unsigned flags)
{
	outs[i] = (hzi_out){.data = (const uint8_t *)text, .n = strlen(text)};
	HZT_CHECK(hzi_connection_append(conn, 1, &outs[i], flags));
}

static void
check_written(const char *text)
{
	HZT_EQ_INT(to.n, strlen(text));
	HZT_EQ_MEM(to.bytes, text, to.n);
}

// ---- Cases ----

static void
a_caller_writes_at_once(void)
{
	open_over_sink(&shared_ops, 1000);
	append(0, "one ", 0);
	append(1, "two", 0);
	check_written("one two");
	HZT_EQ_INT(to.writes, 2);
	HZT_EQ_INT(slot.released, 2);
	close_over_sink();
}

static void
with_more_in_flight_the_thread_writes(void)
{
	open_over_sink(&shared_ops, 1000);
	atomic_store(&conn->in_flight, 3);
	append(0, "one ", 0);
	append(1, "two", 0);
	HZT_EQ_INT(to.writes, 0);
	HZT_CHECK(!hzi_connection_idle(conn));
	hzi_connection_write(conn, false);
	check_written("one two");
	HZT_EQ_INT(to.writes, 1);
	HZT_CHECK(hzi_connection_idle(conn));
	close_over_sink();
}

static void
a_batch_leaves_in_one_write(void)
{
	open_over_sink(&shared_ops, 1000);
	append(0, "one ", HZI_APPEND_ONLY);
	append(1, "two ", HZI_APPEND_ONLY);
	append(2, "first ", HZI_APPEND_ONLY | HZI_APPEND_FIRST);
	append(3, "three", HZI_APPEND_ONLY);
	HZT_EQ_INT(to.writes, 0);
	hzi_connection_flush(conn);
	check_written("first one two three");
	HZT_EQ_INT(to.writes, 1);
	close_over_sink();
}

static void
a_remnant_stays_at_the_head(void)
{
	open_over_sink(&shared_ops, 6);
	append(0, "one ", 0);
	append(1, "two ", 0);
	check_written("one tw");
	HZT_EQ_INT(slot.released, 1);
	// Nobody writes past a remnant, and nobody tries until there is room.
	append(2, "first ", HZI_APPEND_FIRST);
	hzi_connection_flush(conn);
	hzi_connection_write(conn, false);
	HZT_EQ_INT(to.writes, 2);
	to.room = 1000;
	hzi_connection_write(conn, true);
	check_written("one two first ");
	HZT_EQ_INT(slot.released, 3);
	close_over_sink();
}

static void
append_two(void)
{
	append(1, "two", 0);
}

// Rule 6: the holder looks at the list again after the write.
static void
what_comes_during_a_write_leaves_behind_it(void)
{
	open_over_sink(&shared_ops, 1000);
	to.writing = append_two;
	append(0, "one ", 0);
	check_written("one two");
	close_over_sink();
}

static void
what_ended_meanwhile_is_left_out(void)
{
	open_over_sink(&shared_ops, 1000);
	append(0, "one ", HZI_APPEND_ONLY);
	append(1, "two ", HZI_APPEND_ONLY);
	append(2, "three", HZI_APPEND_ONLY);
	atomic_store(&slot.ended, &outs[1]);
	hzi_connection_flush(conn);
	check_written("one three");
	HZT_EQ_INT(slot.released, 3);
	close_over_sink();
}

// The reader finds out and closes.
static void
a_broken_write_ends_the_stream(void)
{
	open_over_sink(&shared_ops, 1000);
	to.error = HZ_ERR_DISCONNECTED;
	append(0, "one", 0);
	HZT_CHECK(to.is_shut && !to.is_closed);
	HZT_EQ_INT(slot.released, 0);
	append(1, "two", 0);
	HZT_EQ_INT(to.writes, 1);
	close_over_sink();
	HZT_EQ_INT(slot.released, 2);
}

// ---- Closing while somebody holds a right (rule 5) ----

static void
close_as_the_thread_does(void *arg)
{
	(void)arg;
	hzi_connection_close(conn, HZ_ERR_CLOSED, "the case is over");
}

static bool
is_shut(void *ctx)
{
	return atomic_load(&((sink *)ctx)->is_shut);
}

// Starts a closer, and sees that it waits.
static hzi_thread
start_closer(void)
{
	hzi_thread closer;
	HZT_OK(hzi_thread_start(&closer, "closer", close_as_the_thread_does, NULL));
	HZT_AWAIT(is_shut, &to, 10000);
	(void)poll(NULL, 0, 20);
	HZT_EQ_INT(slot.closes, 0);
	return closer;
}

static void
a_closer_waits_for_a_lease(void)
{
	open_over_sink(&shared_ops, 1000);
	HZT_CHECK(hzi_connection_lease(conn, 1));
	HZT_CHECK(!hzi_connection_lease(conn, 1));
	HZT_CHECK(!hzi_connection_take_read(conn));
	hzi_thread closer = start_closer();
	hzi_connection_give_back(conn);
	hzi_thread_join(&closer);
	HZT_EQ_INT(slot.closes, 1);
	link_close(&slot);
}

static hzi_thread closer_of_a_write;

static void
start_closer_in_a_write(void)
{
	closer_of_a_write = start_closer();
}

static void
a_closer_waits_for_a_write(void)
{
	open_over_sink(&shared_ops, 1000);
	to.writing = start_closer_in_a_write;
	append(0, "one", 0);
	hzi_thread_join(&closer_of_a_write);
	HZT_EQ_INT(slot.closes, 1);
	HZT_EQ_INT(slot.released, 1);
	link_close(&slot);
}

static void
only_what_is_not_begun_is_withdrawn(void)
{
	open_over_sink(&shared_ops, 2);
	append(0, "one ", 0);
	append(1, "two ", HZI_APPEND_ONLY);
	append(2, "three ", HZI_APPEND_ONLY);
	HZT_CHECK(!hzi_connection_withdraw(conn, &outs[0]));
	HZT_CHECK(hzi_connection_withdraw(conn, &outs[2]));
	HZT_CHECK(!hzi_connection_withdraw(conn, &outs[2]));
	append(3, "four", HZI_APPEND_ONLY);
	HZT_CHECK(hzi_connection_withdraw(conn, &outs[1]));
	to.room = 1000;
	hzi_connection_write(conn, true);
	check_written("one four");
	HZT_EQ_INT(slot.released, 2);
	close_over_sink();
}

// On TLS only the I/O thread may touch the stream: no caller writes, whatever it ends.
static void
nobody_else_writes_to_a_stream_that_is_not_shared(void)
{
	open_over_sink(&private_ops, 1000);
	append(0, "one ", 0);
	append(1, "two", HZI_APPEND_ONLY);
	hzi_connection_flush(conn);
	HZT_EQ_INT(to.writes, 0);
	HZT_CHECK(!hzi_connection_lease(conn, 1));
	hzi_connection_write(conn, false);
	check_written("one two");
	close_over_sink();
}

static void
a_closed_connection_takes_nothing(void)
{
	open_over_sink(&shared_ops, 2);
	append(0, "one", 0);
	append(1, "two", HZI_APPEND_ONLY);
	HZT_EQ_INT(slot.released, 0);
	hzi_out late = {.data = (const uint8_t *)"late", .n = 4};
	HZT_CHECK(!hzi_connection_append(conn, 2, &late, 0));
	hzi_connection_close(conn, HZ_ERR_DISCONNECTED, "it is gone");
	HZT_EQ_INT(slot.closes, 1);
	HZT_EQ_INT(slot.close_code, HZ_ERR_DISCONNECTED);
	HZT_EQ_INT(slot.released, 2);
	HZT_CHECK(!hzi_connection_append(conn, 1, &late, 0));
	HZT_CHECK(!hzi_connection_lease(conn, 1));
	hzi_connection_flush(conn);
	HZT_CHECK(hzi_connection_idle(conn));
	HZT_EQ_INT(to.n, 2);
	link_close(&slot);
}

static const hzt_case cases[] = {
		{"a_caller_writes_at_once", a_caller_writes_at_once},
		{"with_more_in_flight_the_thread_writes", with_more_in_flight_the_thread_writes},
		{"a_batch_leaves_in_one_write", a_batch_leaves_in_one_write},
		{"a_remnant_stays_at_the_head", a_remnant_stays_at_the_head},
		{"what_comes_during_a_write_leaves_behind_it",
				what_comes_during_a_write_leaves_behind_it},
		{"what_ended_meanwhile_is_left_out", what_ended_meanwhile_is_left_out},
		{"a_broken_write_ends_the_stream", a_broken_write_ends_the_stream},
		{"a_closer_waits_for_a_lease", a_closer_waits_for_a_lease},
		{"a_closer_waits_for_a_write", a_closer_waits_for_a_write},
		{"only_what_is_not_begun_is_withdrawn", only_what_is_not_begun_is_withdrawn},
		{"nobody_else_writes_to_a_stream_that_is_not_shared",
				nobody_else_writes_to_a_stream_that_is_not_shared},
		{"a_closed_connection_takes_nothing", a_closed_connection_takes_nothing},
};

HZT_MAIN("transport/connection", cases)
