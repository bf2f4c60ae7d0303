// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_pipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES 65536
#define NS_PER_S INT64_C(1000000000)

// A sender that is faster than the receiver is held up from here on.
#define QUEUED_MAX ((size_t)8 << 20)

// A rate is kept over steps of this length: shorter ones would cost more than they tell.
#define STEP_NS (NS_PER_S / 100)

// ---- Mutation ----

// Numbers that look random, one for each position: no state, so that it does not matter how bytes
// are gathered.
static uint64_t
scatter(uint64_t seed, uint64_t salt, uint64_t at)
{
	uint64_t x = seed + salt * UINT64_C(0x9e3779b97f4a7c15) + at * UINT64_C(0xd1342543de82ef95);
	x = (x ^ (x >> 32)) * UINT64_C(0xff51afd7ed558ccd);
	x = (x ^ (x >> 29)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ (x >> 32);
}

static bool
is_chosen(const hzt_mutation *rule, uint64_t at, uint64_t random)
{
	return at >= rule->from && (rule->to == 0 || at < rule->to) &&
			(uint32_t)random % (rule->one_in > 0 ? rule->one_in : 1) == 0;
}

// Copies the bytes as the rule has them; returns how many that makes.
static size_t
mutate(const hzt_pipe *pipe, const uint8_t *in, size_t n, uint8_t *out)
{
	const hzt_mutation *rule = &pipe->faults->mutation;
	size_t made = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t random = scatter(rule->seed, pipe->salt, pipe->read + i);
		bool chosen = is_chosen(rule, pipe->read + i, random);
		uint8_t byte = in[i];
		if (chosen && rule->kind == HZT_MUTATE_FLIP) {
			byte ^= (uint8_t)(1U << (random >> 61));
		}
		if (!chosen || rule->kind != HZT_MUTATE_SKIP) {
			out[made++] = byte;
		}
		if (chosen && rule->kind == HZT_MUTATE_TWICE) {
			out[made++] = byte;
		}
	}
	return made;
}

// ---- In ----

static void
append(hzt_pipe *pipe, const uint8_t *bytes, size_t n, int64_t now_ns)
{
	hzt_chunk *chunk = malloc(sizeof(*chunk) + 2 * n);
	if (chunk == NULL) {
		fprintf(stderr, "fault proxy: no memory\n");
		abort();
	}
	*chunk = (hzt_chunk){.due_ns = now_ns + pipe->faults->delay_ns, .n = n};
	if (pipe->faults->mutation.kind == HZT_MUTATE_NOTHING) {
		memcpy(chunk->bytes, bytes, n);
	} else {
		chunk->n = mutate(pipe, bytes, n, chunk->bytes);
	}
	pipe->queued += chunk->n;
	if (pipe->first == NULL) {
		pipe->first = chunk;
	} else {
		pipe->last->next = chunk;
	}
	pipe->last = chunk;
}

bool
hzt_pipe_wants_to_read(const hzt_pipe *pipe)
{
	bool room = !pipe->faults->stall && pipe->queued < QUEUED_MAX;
	return !pipe->came_to_end && (pipe->discards || room);
}

hzt_pipe_state
hzt_pipe_fill(hzt_pipe *pipe, int64_t now_ns)
{
	uint8_t bytes[READ_BYTES];
	if (!hzt_pipe_wants_to_read(pipe)) {
		return HZT_PIPE_GOES_ON;
	}
	ssize_t n = recv(pipe->from, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n < 0) {
		return errno == EAGAIN || errno == EINTR ? HZT_PIPE_GOES_ON : HZT_PIPE_BROKEN;
	}
	pipe->came_to_end = n == 0;
	if (n > 0 && !pipe->discards) {
		append(pipe, bytes, (size_t)n, now_ns);
	}
	pipe->read += (uint64_t)n;
	return HZT_PIPE_GOES_ON;
}

// ---- Out ----

static void
drop_first(hzt_pipe *pipe)
{
	hzt_chunk *chunk = pipe->first;
	pipe->first = chunk->next;
	free(chunk);
}

void
hzt_pipe_clear(hzt_pipe *pipe)
{
	while (pipe->first != NULL) {
		drop_first(pipe);
	}
	pipe->queued = 0;
}

static void
tell_end(hzt_pipe *pipe)
{
	if (!pipe->ended) {
		pipe->ended = true;
		shutdown(pipe->to, SHUT_WR);
	}
}

void
hzt_pipe_finish(hzt_pipe *pipe)
{
	hzt_pipe_clear(pipe);
	pipe->discards = true;
	tell_end(pipe);
}

int64_t
hzt_pipe_due(const hzt_pipe *pipe, int64_t now_ns)
{
	if (pipe->first == NULL || pipe->faults->stall) {
		return INT64_MAX;
	}
	int64_t due_ns = pipe->first->due_ns;
	if (pipe->faults->rate > 0 && pipe->free_ns > due_ns) {
		due_ns = pipe->free_ns;
	}
	return due_ns > now_ns ? due_ns : INT64_MAX;
}

bool
hzt_pipe_wants_to_write(const hzt_pipe *pipe, int64_t now_ns)
{
	return pipe->first != NULL && !pipe->faults->stall &&
			hzt_pipe_due(pipe, now_ns) == INT64_MAX;
}

// How much the next system call may take; more than 0.
static size_t
portion(const hzt_pipe *pipe)
{
	size_t want = pipe->first->n - pipe->first->at;
	if (pipe->faults->dribble) {
		return 1;
	}
	if (pipe->faults->rate > 0) {
		size_t step = (size_t)(pipe->faults->rate / (NS_PER_S / STEP_NS)) + 1;
		want = want < step ? want : step;
	}
	if (pipe->cut_left > 0 && want > (size_t)pipe->cut_left) {
		want = (size_t)pipe->cut_left;
	}
	return want;
}

static void
count(hzt_pipe *pipe, size_t n, int64_t now_ns)
{
	hzt_faults *faults = pipe->faults;
	faults->passed += n;
	faults->writes++;
	pipe->queued -= n;
	pipe->first->at += n;
	if (faults->rate > 0) {
		int64_t from_ns = pipe->free_ns > now_ns ? pipe->free_ns : now_ns;
		pipe->free_ns = from_ns + (int64_t)n * NS_PER_S / faults->rate;
	}
	if (pipe->cut_left > 0) {
		pipe->cut_left -= (int64_t)n;
	}
}

hzt_pipe_state
hzt_pipe_drain(hzt_pipe *pipe, int64_t now_ns)
{
	while (pipe->cut_left != 0 && hzt_pipe_wants_to_write(pipe, now_ns)) {
		if (pipe->first->at == pipe->first->n) {
			drop_first(pipe);
			continue;
		}
		ssize_t n = send(pipe->to, pipe->first->bytes + pipe->first->at, portion(pipe),
				MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0) {
			return errno == EAGAIN || errno == EINTR ? HZT_PIPE_GOES_ON
								 : HZT_PIPE_BROKEN;
		}
		count(pipe, (size_t)n, now_ns);
	}
	if (pipe->cut_left == 0) {
		return HZT_PIPE_CUT;
	}
	if (pipe->first == NULL && pipe->came_to_end && !pipe->faults->stall) {
		tell_end(pipe);
	}
	return HZT_PIPE_GOES_ON;
}
