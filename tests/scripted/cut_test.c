// SPDX-License-Identifier: Apache-2.0
//
// Connections that break in the middle of a request or of its answer, byte by byte. What may have
// been applied is reported as such and never sent again in silence; what cannot have been is.
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id

#define QUICK "connection-strategy.connection-retry.max-backoff-millis", "10"

static const char *const quick[] = {QUICK, NULL};
static const char *const redo[] = {QUICK, "network.redo-operation", "true", NULL};

// Bytes of the request of a put of a value of the kind that is put below.
static int64_t
request_bytes(bench *b)
{
	uint64_t before = hzt_scripted_bytes(b->member[0]);
	HZT_OK(bench_put(b, 1, 1, NULL, NULL));
	return (int64_t)(hzt_scripted_bytes(b->member[0]) - before);
}

// One put on a connection that breaks after n bytes of it.
static void
put_and_cut(bench *b, int64_t n, int64_t size, hzt_end how)
{
	hz_error err = {0};
	int64_t got = 0;
	uint64_t puts = hzt_scripted_count(b->member[0], PUT);
	HZT_OK(bench_put(b, 1, 1, NULL, NULL));
	bench_await_connections(b, 1);
	hzt_scripted_cut_after(b->member[0], n, how);
	hz_err e = bench_put(b, 1, 2, NULL, &err);
	puts = hzt_scripted_count(b->member[0], PUT) - puts - 1;
	HZT_CHECK(puts <= 1);
	if (e != HZ_OK) {
		HZT_EQ_INT(e, HZ_ERR_DISCONNECTED);
		HZT_CHECK(err.in_doubt);
		HZT_EQ_INT(puts, n >= size);
	}
	// At 0 the connection may be closed before the put is begun; then it goes over the next
	// one.
	HZT_CHECK(e != HZ_OK || (n == 0 && puts == 1));
	HZT_OK(bench_get(b, 1, &got, NULL));
	HZT_EQ_INT(got, puts == 1 ? 2 : 1);
}

static void
put_request(void)
{
	static const hzt_end ends[] = {HZT_CLOSE, HZT_RESET};
	bench b;
	bench_start(&b, 1, quick);
	int64_t size = request_bytes(&b);
	HZT_CHECK(size > 30);
	for (size_t i = 0; i < 2; i++) {
		for (int64_t n = 0; n < size; n++) {
			put_and_cut(&b, n, size, ends[i]);
		}
	}
	bench_end(&b);
}

// At `size` the member has the whole request and applies it, but its answer gets lost.
static void
put_applied_and_lost(void)
{
	bench b;
	bench_start(&b, 1, quick);
	int64_t size = request_bytes(&b);
	for (int i = 0; i < 20; i++) {
		hz_error err = {0};
		int64_t got = 0;
		hzt_scripted_on(b.member[0], PUT, 1, hzt_silent, NULL);
		hzt_scripted_cut_after(b.member[0], size, i % 2 == 0 ? HZT_CLOSE : HZT_RESET);
		HZT_EQ_INT(bench_put(&b, 2, i, NULL, &err), HZ_ERR_DISCONNECTED);
		HZT_CHECK(err.in_doubt);
		HZT_OK(bench_get(&b, 2, &got, NULL));
		HZT_EQ_INT(got, -1);
		bench_await_connections(&b, 1);
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 21);
	bench_end(&b);
}

static void
put_with_redo(void)
{
	bench b;
	bench_start(&b, 1, redo);
	int64_t size = request_bytes(&b);
	for (int64_t n = 0; n <= size; n++) {
		int64_t got = 0;
		bench_await_connections(&b, 1);
		hzt_scripted_cut_after(b.member[0], n, HZT_RESET);
		HZT_OK(bench_put(&b, 3, n, NULL, NULL));
		HZT_OK(bench_get(&b, 3, &got, NULL));
		HZT_EQ_INT(got, n);
	}
	HZT_CHECK(bench_stats(&b).retries >= (uint64_t)size);
	bench_end(&b);
}

static void
get_request(void)
{
	bench b;
	bench_start(&b, 1, quick);
	HZT_OK(bench_put(&b, 4, 44, NULL, NULL));
	for (int64_t n = 0; n < 64; n++) {
		int64_t got = 0;
		bench_await_connections(&b, 1);
		hzt_scripted_cut_after(b.member[0], n, n % 2 == 0 ? HZT_CLOSE : HZT_RESET);
		HZT_OK(bench_get(&b, 4, &got, NULL));
		HZT_EQ_INT(got, 44);
	}
	bench_end(&b);
}

// ---- Answers ----

typedef struct cut {
	size_t at;
	size_t size;
	hzt_end how;
} cut;

static void
answer_and_cut(void *ctx, hzt_request *request)
{
	cut *c = ctx;
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	c->size = out.len;
	hzt_reply_bytes(request, out.data, c->at < out.len ? c->at : out.len);
	hzt_close(request, c->how);
	hzi_buf_clear(&out);
}

static void
answers(bool put)
{
	bench b;
	cut c = {.size = 1};
	int64_t old = 0;
	bench_start(&b, 1, quick);
	HZT_OK(bench_put(&b, 5, 0, NULL, NULL));
	for (c.at = 0; c.at <= c.size; c.at++) {
		hz_error err = {0};
		int64_t got = 0;
		bench_await_connections(&b, 1);
		c.how = (hzt_end)(c.at % 3);
		hzt_scripted_on(b.member[0], put ? PUT : GET, 1, answer_and_cut, &c);
		if (put) {
			hz_err e = bench_put(&b, 5, old + 1, &got, &err);
			HZT_EQ_INT(e, c.at < c.size ? HZ_ERR_DISCONNECTED : HZ_OK);
			HZT_EQ_INT(err.in_doubt, c.at < c.size);
			HZT_OK(bench_get(&b, 5, &got, NULL));
			HZT_EQ_INT(got, ++old);
		} else {
			HZT_OK(bench_get(&b, 5, &got, NULL));
			HZT_EQ_INT(got, 0);
		}
	}
	HZT_CHECK(c.size > 30);
	bench_end(&b);
}

static void
put_answer(void)
{
	answers(true);
}

static void
get_answer(void)
{
	answers(false);
}

// ---- Slow and small ----

static void
one_byte_at_a_time(void)
{
	bench b;
	bench_members(&b, 1, NULL, NULL);
	hzt_scripted_dribble(b.member[0], true);
	bench_connect(&b);
	for (int64_t i = 0; i < 50; i++) {
		int64_t got = 0;
		HZT_OK(bench_put(&b, i, i, NULL, NULL));
		HZT_OK(bench_get(&b, i, &got, NULL));
		HZT_EQ_INT(got, i);
	}
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	bench_end(&b);
}

// The member stops reading: the socket fills, callers' deadlines hold, and everything that was
// queued arrives once it reads again, in order and in one piece.
static void
member_that_does_not_read(void)
{
	enum { CALLS = 64, BYTES = 100000 };
	static uint8_t bytes[BYTES];
	hzt_scripted_options options = {.receive_buffer = 4096};
	hz_future futures[CALLS];
	hz_value empty;
	hz_error err;
	bench b;
	bench_members(&b, 1, &options, NULL);
	bench_connect(&b);
	hzt_scripted_stop_reading(b.member[0], true);
	for (int i = 0; i < CALLS; i++) {
		bytes[0] = (uint8_t)i;
		futures[i] = hz_map_put_async(b.map, hz_i64(i), hz_bytes(bytes, BYTES), NULL);
	}
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(bench_get(&b, 1, NULL, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(hzt_now_ms() - start < INT64_C(5000) * hzt_slowness());
	HZT_OK(hz_map_call(b.map, NULL));
	hzt_scripted_stop_reading(b.member[0], false);
	for (int i = 0; i < CALLS; i++) {
		HZT_OK(hz_await_value(futures[i], &empty, NULL));
	}
	for (int i = 0; i < CALLS; i++) {
		hz_value got;
		const void *p = NULL;
		size_t n = 0;
		HZT_OK(hz_map_get(b.map, hz_i64(i), &got, NULL));
		HZT_OK(hz_value_get_bytes(&got, &p, &n));
		HZT_EQ_INT(n, BYTES);
		HZT_EQ_INT(*(const uint8_t *)p, (uint8_t)i);
		hz_value_clear(&got);
	}
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"put_request", put_request},
		{"put_applied_and_lost", put_applied_and_lost},
		{"put_with_redo", put_with_redo},
		{"get_request", get_request},
		{"put_answer", put_answer},
		{"get_answer", get_answer},
		{"one_byte_at_a_time", one_byte_at_a_time},
		{"member_that_does_not_read", member_that_does_not_read},
};

HZT_MAIN("cuts", cases)
