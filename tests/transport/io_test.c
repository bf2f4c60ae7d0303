// SPDX-License-Identifier: Apache-2.0
//
// The I/O thread of a slot: its orders, what it does with a peer that does not read, and with one
// that sends what is no message.
#include "base/bytes.h"
#include "base/platform.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "tests/transport/answer.h"
#include "tests/transport/link.h"
#include "tests/transport/peer.h"
#include "transport/lease.h"

#include <poll.h>
#include <string.h>

static peer_script
member_that(peer_end then)
{
	answer_content c = good_content();
	make_answer(&c);
	return (peer_script){.read_bytes = SIZE_MAX,
			.reply = answer.data,
			.reply_size = answer.len,
			.then = then};
}

// ---- Orders ----

static bool
is_accepted(void *ctx)
{
	return atomic_load(&((peer *)ctx)->accepted);
}

static void
a_close_of_a_former_connection_ends_no_dial(void)
{
	static peer p;
	static link_end link;
	peer_script slow = member_that(PEER_STAYS);
	slow.chunk = slow.reply_size / 8;
	slow.pause_ms = 30;
	peer_start(&p, &slow);
	link_open(&link);
	link_dial(&link, p.port, 6);
	HZT_AWAIT(is_accepted, &p, 10000);
	hzi_io_close(link.io, 5, HZ_ERR_TIMEOUT, "it gave no sign of life");
	HZT_OK(link_await_dials(&link, 1));
	HZT_EQ_INT(atomic_load(&link.closes), 0);
	hzi_io_close(link.io, 6, HZ_ERR_TIMEOUT, "it gave no sign of life");
	HZT_EQ_INT(link_await_closes(&link, 1), HZ_ERR_TIMEOUT);
	HZT_EQ_STR(atomic_load(&link.close_why), "it gave no sign of life");
	link_close(&link);
	peer_stop(&p);
}

static void
the_newest_dial_wins(void)
{
	static peer p;
	static link_end link;
	black_hole hole;
	black_hole_open(&hole, 0);
	peer_script script = member_that(PEER_STAYS);
	peer_start(&p, &script);
	link_open(&link);
	link_dial(&link, hole.port, 1);
	link_dial(&link, p.port, 2);
	// Whether the first one had begun or not, the second ends well.
	while (link_await_dials(&link, atomic_load(&link.dials) + 1) != HZ_OK) {
		HZT_EQ_INT(atomic_load(&link.dial_code), HZ_ERR_CANCELLED);
	}
	HZT_EQ_INT(atomic_load(&link.conn.id), 2);
	link_close(&link);
	HZT_EQ_INT(atomic_load(&link.close_code), HZ_ERR_CLOSED);
	peer_stop(&p);
	black_hole_close(&hole);
}

static void
a_stop_does_not_wait_for_a_dial(void)
{
	static link_end link;
	black_hole hole;
	black_hole_open(&hole, 0);
	link_open(&link);
	link_dial(&link, hole.port, 1);
	int64_t start_ms = hzt_now_ms();
	link_close(&link);
	HZT_CHECK(hzt_now_ms() - start_ms < INT64_C(3000) * hzt_slowness());
	black_hole_close(&hole);
}

// ---- A peer that does not read ----

enum { REQUESTS = 256, REQUEST_BYTES = 64 * 1024, WINDOW_MS = 200 };

static hzi_out requests[REQUESTS];

static bool
all_are_released(void *ctx)
{
	return atomic_load(&((link_end *)ctx)->released) == REQUESTS;
}

// How often the thread goes round while nothing can be written, and nothing comes.
static uint64_t
rounds_in_a_while(link_end *link)
{
	uint64_t before = atomic_load(&link->conn.counters.rounds);
	(void)poll(NULL, 0, WINDOW_MS);
	return atomic_load(&link->conn.counters.rounds) - before;
}

// More than the socket takes, written by callers (in_flight 0) or left to the thread.
static void
check_sleeps_until_there_is_room(int32_t in_flight)
{
	static uint8_t bytes[REQUEST_BYTES];
	static peer p;
	static link_end link;
	peer_script script = member_that(PEER_WAITS);
	peer_start(&p, &script);
	link_open(&link);
	link_dial(&link, p.port, 1);
	HZT_OK(link_await_dials(&link, 1));
	atomic_store(&link.conn.in_flight, in_flight);
	for (int i = 0; i < REQUESTS; i++) {
		requests[i] = (hzi_out){.data = bytes, .n = sizeof(bytes)};
		HZT_CHECK(hzi_connection_append(&link.conn, 1, &requests[i], 0));
	}
	uint64_t blocked_rounds = rounds_in_a_while(&link);
	bool blocked = atomic_load(&link.released) < REQUESTS;
	peer_let_go(&p);
	bool written = hzt_await(all_are_released, &link, 20000);
	uint64_t idle_rounds = rounds_in_a_while(&link);
	link_close(&link);
	peer_stop(&p);
	HZT_CHECK(blocked && written);
	HZT_EQ_INT(p.rest_size, (size_t)REQUESTS * REQUEST_BYTES);
	// A thread that was not told to wait for room would go round as fast as it can.
	HZT_CHECK(blocked_rounds <= 20);
	HZT_CHECK(idle_rounds <= 20);
}

static void
sleeps_after_a_caller_was_blocked(void)
{
	check_sleeps_until_there_is_room(0);
}

static void
sleeps_after_it_was_blocked_itself(void)
{
	check_sleeps_until_there_is_room(100);
}

// ---- A lease ----

// What comes is the caller's to read: the thread must not be woken for it again and again.
static void
sleeps_while_a_caller_reads(void)
{
	static peer p;
	static link_end link;
	static uint8_t later[1000];
	make_old_answer(); // any message will do
	size_t later_size = answer.len;
	HZT_CHECK(later_size <= sizeof(later));
	memcpy(later, answer.data, later_size);
	peer_script script = member_that(PEER_WAITS);
	script.later = later;
	script.later_size = later_size;
	peer_start(&p, &script);
	link_open(&link);
	link_dial(&link, p.port, 1);
	HZT_OK(link_await_dials(&link, 1));
	HZT_CHECK(hzi_connection_lease(&link.conn, 1));
	peer_let_go(&p);
	struct pollfd readable = {.fd = link.conn.stream.fd, .events = POLLIN};
	HZT_EQ_INT(poll(&readable, 1, 10000), 1);
	uint64_t rounds = rounds_in_a_while(&link);
	HZT_EQ_INT(atomic_load(&link.messages), 0);
	HZT_CHECK(hzi_connection_await(&link.conn, hzi_deadline_in_ms(10000)));
	HZT_EQ_INT(atomic_load(&link.messages), 1);
	HZT_CHECK(!hzi_connection_await(&link.conn, hzi_deadline_in_ms(1)));
	hzi_connection_give_back(&link.conn);
	link_close(&link);
	peer_stop(&p);
	HZT_CHECK(rounds <= 20);
}

// ---- A peer that sends nonsense ----

// One frame with this length in its header, and as many bytes of content.
static void
put_raw_frame(uint32_t length, uint16_t flags, size_t content)
{
	static const uint8_t zeros[1000];
	size_t at = put_frame(flags, zeros, content);
	hzi_store_le32(answer.data + at - HZP_FRAME_HEADER, length);
}

static void
put_fragment(uint64_t id, uint16_t flags, size_t content)
{
	uint8_t bytes[8];
	hzi_store_le64(bytes, id);
	(void)put_frame(flags, bytes, sizeof(bytes));
	put_raw_frame((uint32_t)content + HZP_FRAME_HEADER, HZP_FLAG_FINAL, content);
}

static void
put_short_frame(void)
{
	put_raw_frame(5, HZP_FLAG_UNFRAGMENTED, 10);
}

static void
put_long_frame(void)
{
	put_raw_frame(LINK_MESSAGE_MAX + 1, HZP_FLAG_UNFRAGMENTED, 10);
}

static void
put_headless_message(void)
{
	put_raw_frame(10, HZP_FLAG_UNFRAGMENTED | HZP_FLAG_FINAL, 4);
}

static void
put_part_of_nothing(void)
{
	put_fragment(1, 0, 20);
}

static void
put_too_many_parts(void)
{
	for (uint64_t id = 0; id < 65; id++) {
		put_fragment(id, HZP_FLAG_BEGIN_FRAGMENT, 20);
	}
}

static void
put_too_long_parts(void)
{
	put_fragment(1, HZP_FLAG_BEGIN_FRAGMENT, 1000);
	for (size_t bytes = 0; bytes <= LINK_MESSAGE_MAX; bytes += 1000) {
		put_fragment(1, 0, 1000);
	}
}

static void
says_what_was_wrong(void)
{
	static const struct {
		void (*put)(void);
		hz_err code;
		const char *why;
	} rows[] = {
			{put_short_frame, HZ_ERR_PROTOCOL, "a frame has an impossible length"},
			{put_long_frame, HZ_ERR_LIMIT,
					"a message is longer than the configured limit"},
			{put_headless_message, HZ_ERR_PROTOCOL, "a message has no proper header"},
			{put_part_of_nothing, HZ_ERR_PROTOCOL,
					"a part of a message belongs to none"},
			{put_too_many_parts, HZ_ERR_LIMIT,
					"messages in parts take more than the configured limit"},
			{put_too_long_parts, HZ_ERR_LIMIT,
					"messages in parts take more than the configured limit"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static peer p;
		static link_end link;
		peer_script script = member_that(PEER_STAYS);
		rows[i].put();
		script.reply_size = answer.len;
		peer_start(&p, &script);
		link_open(&link);
		link_dial(&link, p.port, 1);
		HZT_EQ_INT(link_await_closes(&link, 1), rows[i].code);
		HZT_EQ_STR(atomic_load(&link.close_why), rows[i].why);
		HZT_EQ_INT(atomic_load(&link.conn.counters.decode_errors), 1);
		link_close(&link);
		peer_stop(&p);
	}
}

static const hzt_case cases[] = {
		{"a_close_of_a_former_connection_ends_no_dial",
				a_close_of_a_former_connection_ends_no_dial},
		{"the_newest_dial_wins", the_newest_dial_wins},
		{"a_stop_does_not_wait_for_a_dial", a_stop_does_not_wait_for_a_dial},
		{"sleeps_after_a_caller_was_blocked", sleeps_after_a_caller_was_blocked},
		{"sleeps_after_it_was_blocked_itself", sleeps_after_it_was_blocked_itself},
		{"sleeps_while_a_caller_reads", sleeps_while_a_caller_reads},
		{"says_what_was_wrong", says_what_was_wrong},
};

HZT_MAIN("transport/io", cases)
