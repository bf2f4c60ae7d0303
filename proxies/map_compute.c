// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "base/platform.h"
#include "proxies/map.h"
#include "serialization/repr.h"

// What one of the four functions does with a key, for either case.
typedef struct compute_plan {
	hz_map map; // a handle of its own, with what is left of the deadline as its timeout
	int64_t deadline_ns;
	hz_value key;
	hz_compute_fn fn;
	void *ctx;
	const hz_value *given; // merge: the value of a key that has none
	bool if_absent;        // compute the value of a key that has none
	bool if_present;       // compute the value of a key that has one
} compute_plan;

// ---- One try ----

static hz_err
run(const compute_plan *plan, const hz_value *old, hz_value *made, hz_error *err)
{
	hz_value lent = hzi_value_lend(old); // so that "the same as before" is a plain assignment
	hz_err e = plan->fn(plan->ctx, &plan->key, &lent, made);
	if (e != HZ_OK) {
		hz_value_clear(made);
		return hzi_fail(err, e, "the function that computes the value failed");
	}
	return HZ_OK;
}

static hz_err
make_value(const compute_plan *plan, const hz_value *old, hz_value *made, hz_error *err)
{
	*made = hz_null();
	if (hz_value_is_null(old) && plan->given != NULL) {
		*made = hzi_value_lend(plan->given);
		return HZ_OK;
	}
	return run(plan, old, made, err);
}

// Writes unless somebody was faster; *done says which.
static hz_err
write_value(compute_plan *plan, const hz_value *old, const hz_value *made, bool *done,
		hz_error *err)
{
	hz_value there = hz_null();
	if (!hz_value_is_null(old)) {
		return hz_value_is_null(made)
				? hz_map_remove_if_same(&plan->map, plan->key, *old, done, err)
				: hz_map_replace_if_same(
						  &plan->map, plan->key, *old, *made, done, err);
	}
	*done = true;
	if (hz_value_is_null(made)) {
		return HZ_OK;
	}
	hz_err e = hz_map_put_if_absent(&plan->map, plan->key, *made, NULL, &there, err);
	*done = hz_value_is_null(&there);
	hz_value_clear(&there);
	return e;
}

// Tries once with the value that the key has now; *done false: somebody was faster.
static hz_err
try_once(compute_plan *plan, bool *done, hz_value *out, hz_error *err)
{
	hz_value old = hz_null();
	hz_value made = hz_null();
	*done = false;
	hz_err e = hz_map_get(&plan->map, plan->key, &old, err);
	if (e != HZ_OK) {
		return e;
	}
	if (hz_value_is_null(&old) ? !plan->if_absent : !plan->if_present) {
		*done = true;
		*out = old;
		return HZ_OK;
	}
	e = make_value(plan, &old, &made, err);
	if (e == HZ_OK) {
		e = write_value(plan, &old, &made, done, err);
	}
	if (e == HZ_OK && *done) {
		// The function may have borrowed what its value shows.
		e = hz_value_copy(&made, out, err);
	}
	hz_value_clear(&made);
	hz_value_clear(&old);
	return e;
}

// ---- All tries ----

// What is left of the deadline becomes the timeout of the next try's calls. False: nothing is left.
static bool
set_timeout(compute_plan *plan)
{
	if (plan->deadline_ns == HZI_NEVER) {
		plan->map.handle.call.timeout_ms = HZ_FOREVER;
		return true;
	}
	plan->map.handle.call.timeout_ms = hzi_poll_timeout_ms(plan->deadline_ns, hzi_now_ns());
	return plan->map.handle.call.timeout_ms > 0;
}

static hz_err
try_all(compute_plan *plan, hz_value *out, hz_error *err)
{
	bool done = false;
	while (set_timeout(plan)) {
		hz_err e = try_once(plan, &done, out, err);
		if (e != HZ_OK || done) {
			return e;
		}
	}
	hzi_fail(err, HZ_ERR_TIMEOUT, "others changed the entry at each try");
	if (err != NULL) {
		err->retryable = true;
	}
	return HZ_ERR_TIMEOUT;
}

static hz_err
compute(hz_map *map, compute_plan *plan, hz_value *out, hz_error *err)
{
	hz_value made = hz_null();
	if (map == NULL || plan->fn == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s is NULL", map == NULL ? "map" : "fn");
	}
	hz_err e = hzi_client_enter(map->handle.client);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	int64_t timeout_ms = map->handle.call.timeout_ms;
	plan->deadline_ns = hzi_deadline_in_ms(timeout_ms != 0
					? timeout_ms
					: map->handle.client->config->invocation_timeout_ms);
	hzi_handle_copy(&plan->map.handle, &map->handle);
	e = try_all(plan, &made, err);
	hzi_handle_drop(&plan->map.handle);
	if (out != NULL) {
		*out = made;
	} else {
		hz_value_clear(&made);
	}
	return e;
}

HZ_API hz_err
hz_map_compute(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx, hz_value *out, hz_error *err)
{
	compute_plan plan = {.key = hzi_value_lend(&key),
			.fn = fn,
			.ctx = ctx,
			.if_absent = true,
			.if_present = true};
	return compute(map, &plan, out, err);
}

HZ_API hz_err
hz_map_compute_if_absent(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx, hz_value *out,
		hz_error *err)
{
	compute_plan plan = {.key = hzi_value_lend(&key), .fn = fn, .ctx = ctx, .if_absent = true};
	return compute(map, &plan, out, err);
}

HZ_API hz_err
hz_map_compute_if_present(hz_map *map, hz_value key, hz_compute_fn fn, void *ctx, hz_value *out,
		hz_error *err)
{
	compute_plan plan = {.key = hzi_value_lend(&key), .fn = fn, .ctx = ctx, .if_present = true};
	return compute(map, &plan, out, err);
}

HZ_API hz_err
hz_map_merge(hz_map *map, hz_value key, hz_value value, hz_compute_fn fn, void *ctx, hz_value *out,
		hz_error *err)
{
	compute_plan plan = {
			.key = hzi_value_lend(&key),
			.fn = fn,
			.ctx = ctx,
			.given = &value,
			.if_absent = true,
			.if_present = true,
	};
	if (hz_value_is_null(&value)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "value is null");
	}
	return compute(map, &plan, out, err);
}
