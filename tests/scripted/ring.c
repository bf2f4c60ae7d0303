// SPDX-License-Identifier: Apache-2.0
#include "tests/scripted/ring.h"

#include "protocol/decode.h"
#include "proxies/reliable_message.h"

static void
answer_number(hzt_request *request, int64_t number)
{
	static const struct {
		const hzp_message *request, *response;
	} rows[] = {
			{&HZP_RINGBUFFER_CAPACITY_REQUEST, &HZP_RINGBUFFER_CAPACITY_RESPONSE},
			{&HZP_RINGBUFFER_HEAD_SEQUENCE_REQUEST,
					&HZP_RINGBUFFER_HEAD_SEQUENCE_RESPONSE},
			{&HZP_RINGBUFFER_TAIL_SEQUENCE_REQUEST,
					&HZP_RINGBUFFER_TAIL_SEQUENCE_RESPONSE},
			{&HZP_RINGBUFFER_ADD_REQUEST, &HZP_RINGBUFFER_ADD_RESPONSE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].request->id == request->type) {
			hzt_reply(request, rows[i].response,
					&(hzp_ringbuffer_capacity_response){number});
		}
	}
}

void
ring_on_number(void *ctx, hzt_request *request)
{
	answer_number(request, *(const int64_t *)ctx);
}

void
ring_on_tail(void *ctx, hzt_request *request)
{
	scripted_ring *r = ctx;
	pthread_mutex_lock(&r->lock);
	int64_t tail = r->tail;
	pthread_mutex_unlock(&r->lock);
	answer_number(request, tail);
}

void
ring_on_head(void *ctx, hzt_request *request)
{
	scripted_ring *r = ctx;
	pthread_mutex_lock(&r->lock);
	int64_t head = r->head;
	pthread_mutex_unlock(&r->lock);
	answer_number(request, head);
}

// As members do it: with the envelopes of n numbers from a sequence on.
static void
answer_items(hzt_request *request, const int64_t *numbers, int64_t from, int32_t n)
{
	hzi_buf buf[RING_BATCH] = {{0}};
	hzp_bytes items[RING_BATCH];
	int64_t sequences[RING_BATCH];
	for (int32_t i = 0; i < n; i++) {
		hz_value number = hz_i64(numbers[i]);
		HZT_OK(hzi_reliable_message_write(&buf[i], &number, 1000 + numbers[i], true, NULL));
		items[i] = (hzp_bytes){buf[i].data, (uint32_t)buf[i].len};
		sequences[i] = from + i;
	}
	hzt_reply(request, &HZP_RINGBUFFER_READ_MANY_RESPONSE,
			&(hzp_ringbuffer_read_many_response){
					.items = HZP_LIST(items, n),
					.item_seqs = HZP_LIST(sequences, n),
					.read_count = n,
					.next_seq = n > 0 ? from + n : 0,
			});
	for (int32_t i = 0; i < n; i++) {
		hzi_buf_clear(&buf[i]);
	}
}

// A sequence before the head stands for the head, one beyond the tail for the one that comes next when
// the request does: a read that waits goes on doing so when it is looked at again. Locked.
static ring_read *
find_read(scripted_ring *r, const hzt_request *request, int64_t asked)
{
	size_t slot = RING_READERS;
	for (size_t i = 0; i < RING_READERS; i++) {
		if (r->waiting[i].correlation == request->correlation) {
			return &r->waiting[i];
		}
		slot = r->waiting[i].correlation == 0 ? i : slot;
	}
	HZT_CHECK(slot < RING_READERS);
	r->waiting[slot].correlation = request->correlation;
	r->waiting[slot].from = asked < r->head ? r->head
			: asked > r->tail + 1   ? r->tail + 1
						: asked;
	return &r->waiting[slot];
}

void
ring_on_read(void *ctx, hzt_request *request)
{
	scripted_ring *r = ctx;
	int64_t numbers[RING_BATCH];
	hzp_ringbuffer_read_many_request got;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_RINGBUFFER_READ_MANY_REQUEST, &got, NULL));
	pthread_mutex_lock(&r->lock);
	ring_read *read = find_read(r, request, got.start_sequence);
	int64_t from = read->from;
	int32_t n = 0;
	for (; n < got.max_count && n < RING_BATCH && from + n <= r->tail; n++) {
		numbers[n] = r->number[from + n];
	}
	if (n >= got.min_count) {
		read->correlation = 0;
	}
	pthread_mutex_unlock(&r->lock);
	if (n < got.min_count) {
		hzt_hold(request);
	} else {
		answer_items(request, numbers, from, n);
	}
}

void
ring_serve(hzt_scripted *member, scripted_ring *r, int64_t capacity)
{
	static int64_t room;
	room = capacity;
	*r = (scripted_ring){.lock = PTHREAD_MUTEX_INITIALIZER, .tail = -1};
	hzt_scripted_on(member, RING_CAPACITY, 0, ring_on_number, &room);
	hzt_scripted_on(member, RING_TAIL, 0, ring_on_tail, r);
	hzt_scripted_on(member, RING_HEAD, 0, ring_on_head, r);
	hzt_scripted_on(member, RING_READ, 0, ring_on_read, r);
}

void
ring_publish(hzt_scripted *member, scripted_ring *r, int64_t number)
{
	pthread_mutex_lock(&r->lock);
	r->number[++r->tail] = number;
	pthread_mutex_unlock(&r->lock);
	hzt_scripted_release(member, RING_READ, false, ring_on_read, r);
}

void
ring_set(scripted_ring *r, int64_t sequence, int64_t number)
{
	pthread_mutex_lock(&r->lock);
	r->number[sequence] = number;
	pthread_mutex_unlock(&r->lock);
}

void
ring_cut(scripted_ring *r, int64_t tail)
{
	pthread_mutex_lock(&r->lock);
	r->tail = tail;
	r->head = r->head <= tail + 1 ? r->head : tail + 1;
	pthread_mutex_unlock(&r->lock);
}

void
ring_empty(scripted_ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->head = 0;
	r->tail = -1;
	pthread_mutex_unlock(&r->lock);
}
