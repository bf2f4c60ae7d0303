// SPDX-License-Identifier: Apache-2.0
//
// The headers from C++17: what is written as one would write it there compiles, links and does the
// same.
#include <cstdio>
#include <hazelcast/hazelcast.h>

namespace
{

hz_err
never_run(void *, const hz_value *, const hz_value *, hz_value *)
{
	return HZ_ERR_STATE;
}

bool
options_are_made_by_functions()
{
	hz_put_options put = hz_put_options_default();
	put.ttl_ms = 5000;
	hz_lock_options lock = hz_lock_options_default();
	hz_scan_options scan = hz_scan_options_default();
	hz_listen_options listen = hz_listen_options_default();
	hz_flake_id_options ids = hz_flake_id_options_default();
	hz_error err = {};
	return put.size == sizeof(put) && lock.size == sizeof(lock) && scan.size == sizeof(scan) &&
			listen.size == sizeof(listen) && ids.size == sizeof(ids) &&
			hz_map_set(nullptr, HZ("k"), HZ(INT64_C(1)), &put, &err) ==
			HZ_ERR_ARGUMENT &&
			hz_map_lock(nullptr, HZ("k"), &lock, &err) == HZ_ERR_ARGUMENT;
}

bool
blocking_forms_are_inline()
{
	hz_error err = {};
	hz_value value = hz_i64(1);
	hz_items *items = nullptr;
	hz_entry_view *view = nullptr;
	bool done = true;
	return hz_map_get(nullptr, hz_str("k"), &value, &err) == HZ_ERR_ARGUMENT &&
			hz_value_is_null(&value) &&
			hz_map_entry_set(nullptr, &items, &err) == HZ_ERR_ARGUMENT &&
			hz_map_get_entry_view(nullptr, hz_i32(1), &view, &err) == HZ_ERR_ARGUMENT &&
			hz_queue_offer(nullptr, hz_i32(1), 0, &done, &err) == HZ_ERR_ARGUMENT &&
			done && err.code == HZ_ERR_ARGUMENT;
}

bool
callbacks_are_plain_functions()
{
	hz_error err = {};
	hz_value out = hz_null();
	hz_done_fn then = [](void *ctx, hz_err, hz_result *, const hz_error *) {
		*static_cast<bool *>(ctx) = true;
	};
	bool called = false;
	return hz_map_compute(nullptr, hz_i32(1), never_run, nullptr, &out, &err) ==
			HZ_ERR_ARGUMENT &&
			hz_then(hz_map_size_async(nullptr), then, &called) == HZ_ERR_ARGUMENT &&
			!called;
}

int
report(const char *name, bool good)
{
	std::printf("%s %s\n", good ? "ok" : "not ok", name);
	return good ? 0 : 1;
}

} // namespace

int
main()
{
	int failed = report("options_are_made_by_functions", options_are_made_by_functions()) +
			report("blocking_forms_are_inline", blocking_forms_are_inline()) +
			report("callbacks_are_plain_functions", callbacks_are_plain_functions());
	std::printf("cxx: %d passed, %d failed, 0 skipped\n", 3 - failed, failed);
	return failed == 0 ? 0 : 1;
}
