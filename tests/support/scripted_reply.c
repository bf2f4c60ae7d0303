// SPDX-License-Identifier: Apache-2.0
//
// Rules and answers.
#include "protocol/encode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/support/scripted_state.h"

#include <stdlib.h>
#include <string.h>

#define RESPONSE_OF(type) ((type) | 1U)

// ---- Sending ----

static void
send_to(hzt_request *request, const void *bytes, size_t n)
{
	if (request->into != NULL) {
		hzt_need(hzi_buf_append(request->into, bytes, n), "memory for an answer");
		return;
	}
	hzt_conn *conn = hzt_conn_find(request->member, request->connection);
	if (conn != NULL) {
		hzt_conn_send(conn, bytes, n);
	}
}

void
hzt_answer(hzt_request *request, const hzp_message *m, const void *record, uint16_t flags)
{
	hzi_buf out = {0};
	hzt_need(hzp_encode(&out, m, record) == HZ_OK, "encoding an answer");
	hzp_message_set_correlation(out.data, request->correlation);
	hzp_message_add_flags(out.data, flags);
	if ((m->flags & HZP_RESPONSE) != 0) {
		out.data[HZP_AT_BACKUPS] = request->backups;
	}
	send_to(request, out.data, out.len);
	hzi_buf_clear(&out);
}

void
hzt_reply(hzt_request *request, const hzp_message *m, const void *record)
{
	hzt_answer(request, m, record, 0);
}

void
hzt_reply_event(hzt_request *request, const hzp_message *event, const void *record)
{
	hzt_answer(request, event, record, HZP_FLAG_EVENT);
}

void
hzt_reply_bytes(hzt_request *request, const void *bytes, size_t n)
{
	send_to(request, bytes, n);
}

void
hzt_reply_error(hzt_request *request, int32_t code, const char *class_name, const char *message)
{
	hzp_error_holder holder = {.present = true,
			.class_name = hzp_str(class_name),
			.message = hzp_str(message),
			.error_code = code};
	hzp_error_response record = {.holders = HZP_LIST(&holder, 1)};
	hzt_answer(request, &HZP_ERROR_RESPONSE, &record, 0);
}

hzt_listener *
hzt_listen(const hzt_request *request, hz_uuid id)
{
	hzt_listener *listener = calloc(1, sizeof(*listener));
	hzt_need(listener != NULL, "memory for a listener");
	*listener = (hzt_listener){.next = request->member->listeners,
			.connection = request->connection,
			.type = request->type,
			.correlation = request->correlation,
			.id = id};
	request->member->listeners = listener;
	return listener;
}

void
hzt_listening(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_listen(request, (hz_uuid){0});
	hzt_reply_default(request);
}

// A registration: its response is one UUID, and events follow.
static bool
answer_registration(hzt_request *request, const hzp_message *response, uint8_t *record)
{
	static uint64_t last;
	const hzp_message *event = hzp_message_find(request->type + 2);
	bool registers = event != NULL && (event->flags & HZP_EVENT) != 0 &&
			response->n_fields == 1 && response->fields[0].type->kind == HZP_KIND_UUID;
	if (!registers) {
		return false;
	}
	hzt_listener *listener = hzt_listen(request, (hz_uuid){UINT64_C(0x11573e4e), ++last});
	memcpy(record + response->fields[0].offset, &listener->id, sizeof(listener->id));
	return true;
}

// An answer whose fields are all zero, or empty.
static void
answer_zero(hzt_request *request)
{
	const hzp_message *response = hzp_message_find(RESPONSE_OF(request->type));
	if (response == NULL) {
		hzt_reply_error(request, 61, "java.lang.UnsupportedOperationException",
				"Unrecognized client message");
		return;
	}
	uint8_t *record = calloc(1, response->struct_size);
	hzt_need(record != NULL, "memory for an answer");
	answer_registration(request, response, record);
	hzt_answer(request, response, record, 0);
	free(record);
}

void
hzt_reply_default(hzt_request *request)
{
	const hzp_message *m = hzp_message_find(request->type);
	hzt_need(m != NULL, "a request of a known type");
	if (!hzt_answer_client(request, m) && !hzt_answer_data(request, m)) {
		answer_zero(request);
	}
}

void
hzt_make_default(hzt_request *request, hzi_buf *out)
{
	request->into = out;
	hzt_reply_default(request);
	request->into = NULL;
}

void
hzt_close(hzt_request *request, hzt_end how)
{
	hzt_conn *conn = hzt_conn_find(request->member, request->connection);
	if (conn != NULL) {
		conn->ending = true;
		conn->end = how;
	}
}

// ---- Rules ----

void
hzt_silent(void *ctx, hzt_request *request)
{
	(void)ctx;
	(void)request;
}

void
hzt_held(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_hold(request);
}

void
hzt_default(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply_default(request);
}

void
hzt_failing(void *ctx, hzt_request *request)
{
	const hzt_error_answer *answer = ctx;
	hzt_reply_error(request, answer->code, answer->class_name, answer->message);
}

static void
remove_rule(hzt_scripted *member, hzt_rule_row *row)
{
	hzt_rule_row **at = &member->rules;
	while (*at != row) {
		at = &(*at)->next;
	}
	*at = row->next;
	free(row);
}

static hzt_rule_row *
find_rule(hzt_scripted *member, uint32_t type)
{
	hzt_rule_row *row = member->rules;
	while (row != NULL && row->type != type) {
		row = row->next;
	}
	return row;
}

void
hzt_scripted_on(hzt_scripted *member, uint32_t type, uint64_t times, hzt_rule fn, void *ctx)
{
	hzt_lock();
	for (hzt_rule_row *row; times == 0 && (row = find_rule(member, type)) != NULL;) {
		remove_rule(member, row);
	}
	if (fn != NULL) {
		hzt_rule_row *row = calloc(1, sizeof(*row));
		hzt_need(row != NULL, "memory for a rule");
		*row = (hzt_rule_row){member->rules, type, times, fn, ctx};
		member->rules = row;
	}
	hzt_unlock();
}

// What keeps a client alive; a rule for any request leaves it alone.
static bool
is_upkeep(uint32_t type)
{
	return type == HZP_CLIENT_AUTHENTICATION_REQUEST.id ||
			type == HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id ||
			type == HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id ||
			type == HZP_CLIENT_PING_REQUEST.id;
}

static void
apply_rule(hzt_scripted *member, hzt_request *request)
{
	hzt_rule_row *row = find_rule(member, request->type);
	if (row == NULL && !is_upkeep(request->type)) {
		row = find_rule(member, HZT_ANY);
	}
	if (row == NULL) {
		hzt_reply_default(request);
		return;
	}
	hzt_rule_row rule = *row;
	if (row->times > 0 && --row->times == 0) {
		remove_rule(member, row);
	}
	rule.fn(rule.ctx, request);
}

// ---- Waiting requests ----

hzt_waiting *
hzt_wait_in(hzt_waiting ***tail, const hzt_request *request)
{
	hzt_waiting *waiting = calloc(1, sizeof(*waiting) + request->n);
	hzt_need(waiting != NULL, "memory for a request");
	memcpy(waiting->msg, request->msg, request->n);
	waiting->request = *request;
	waiting->request.msg = waiting->msg;
	waiting->request.into = NULL;
	waiting->until_ms = INT64_MAX;
	**tail = waiting;
	*tail = &waiting->next;
	return waiting;
}

// Of one connection, or, with 0, of all.
void
hzt_waiting_drop(hzt_waiting **list, hzt_waiting ***tail, uint64_t connection)
{
	hzt_waiting **at = list;
	while (*at != NULL) {
		hzt_waiting *one = *at;
		if (connection == 0 || one->request.connection == connection) {
			*at = one->next;
			free(one);
		} else {
			at = &one->next;
		}
	}
	*tail = at;
}

void
hzt_hold(hzt_request *request)
{
	hzt_wait_in(&request->member->held_tail, request);
}

static hzt_waiting *
take_held(hzt_scripted *member, uint32_t type)
{
	hzt_waiting **at = &member->held;
	while (*at != NULL && type != HZT_ANY && (*at)->request.type != type) {
		at = &(*at)->next;
	}
	hzt_waiting *one = *at;
	if (one != NULL) {
		*at = one->next;
		if (*at == NULL) {
			member->held_tail = at;
		}
	}
	return one;
}

size_t
hzt_scripted_release(hzt_scripted *member, uint32_t type, bool newest_first, hzt_rule fn, void *ctx)
{
	hzt_waiting *list = NULL;
	hzt_waiting **tail = &list;
	size_t n = 0;
	hzt_lock();
	for (hzt_waiting *one; (one = take_held(member, type)) != NULL; n++) {
		one->next = newest_first ? list : NULL;
		if (newest_first) {
			list = one;
		} else {
			*tail = one;
			tail = &one->next;
		}
	}
	while (list != NULL) {
		hzt_waiting *one = list;
		list = one->next;
		(fn != NULL ? fn : hzt_default)(ctx, &one->request);
		free(one);
	}
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		hzt_conn_flush(conn);
	}
	hzt_unlock();
	hzt_ring(member);
	return n;
}

// ---- Events ----

size_t
hzt_scripted_event_at(hzt_scripted *member, uint32_t request_type, const hzp_message *event,
		const void *record, int32_t partition)
{
	size_t n = 0;
	hzi_buf out = {0};
	hzt_need(hzp_encode(&out, event, record) == HZ_OK, "encoding an event");
	bool backup = event == &HZP_CLIENT_LOCAL_BACKUP_LISTENER_BACKUP;
	hzp_message_add_flags(out.data,
			(uint16_t)(HZP_FLAG_EVENT | (backup ? HZP_FLAG_BACKUP_EVENT : 0)));
	hzp_message_set_partition(out.data, partition);
	hzt_lock();
	for (hzt_listener *one = member->listeners; one != NULL; one = one->next) {
		hzt_conn *conn = hzt_conn_find(member, one->connection);
		if (one->type == request_type && conn != NULL) {
			hzp_message_set_correlation(out.data, one->correlation);
			hzt_conn_send(conn, out.data, out.len);
			n++;
		}
	}
	hzt_unlock();
	hzt_ring(member);
	hzi_buf_clear(&out);
	return n;
}

size_t
hzt_scripted_event(hzt_scripted *member, uint32_t request_type, const hzp_message *event,
		const void *record)
{
	return hzt_scripted_event_at(member, request_type, event, record, -1);
}

size_t
hzt_scripted_acknowledge(hzt_scripted *member, int64_t correlation)
{
	hzp_client_local_backup_listener_backup record = {correlation};
	return hzt_scripted_event(member, HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id,
			&HZP_CLIENT_LOCAL_BACKUP_LISTENER_BACKUP, &record);
}

// ---- Requests ----

void
hzt_serve(hzt_conn *conn, const uint8_t *msg, size_t n)
{
	hzt_scripted *member = conn->member;
	hzt_need(hzp_message_check(msg, n) == HZ_OK, "a proper request");
	hzt_request request = {.member = member,
			.connection = conn->number,
			.type = hzp_message_type(msg),
			.flags = hzp_message_flags(msg),
			.correlation = hzp_message_correlation(msg),
			.partition = hzp_message_partition(msg),
			.msg = msg,
			.n = n};
	hzt_note(member, &request);
	if (!member->mute) {
		apply_rule(member, &request);
	}
}
