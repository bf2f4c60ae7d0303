// SPDX-License-Identifier: Apache-2.0
//
// A thin layer over CUnit that every test binary uses: one table of cases, one line of output per
// case, one summary line, and a watchdog that names the case that hangs.
//
//	static void puts_and_gets(void) { HZT_EQ_INT(1 + 1, 2); }
//	static const hzt_case cases[] = {{"puts_and_gets", puts_and_gets}};
//	HZT_MAIN("map", cases)
//
// A check that fails prints file and line and leaves the case at once (by longjmp: what the case
// has allocated is not freed). On a thread other than the one that runs the case a failure is
// recorded and printed, and that thread goes on.
//
// Arguments of the binary: names of cases to run (a part of the name is enough), or --list.
// Environment: HZT_TIMEOUT_S, limit of the whole binary; HZT_SLOWNESS, a factor on every limit
// (set by `./dev test` for sanitizers).
#ifndef HZT_SUITE_H
#define HZT_SUITE_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzt_case {
	const char *name;
	void (*run)(void);
} hzt_case;

// Runs the cases that argv asks for; returns the exit code. Called by HZT_MAIN only.
int hzt_main(const char *suite, const hzt_case *cases, size_t count, int argc, char **argv);

#define HZT_MAIN(suite, cases)                                                                     \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		return hzt_main(suite, cases, sizeof(cases) / sizeof((cases)[0]), argc, argv);     \
	}

#if !defined(__clang_analyzer__)
#define HZT_CHECK(cond) hzt_check((cond), #cond, __FILE__, __LINE__)
#define HZT_EQ_INT(got, want) hzt_eq_int((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)
#define HZT_EQ_STR(got, want) hzt_eq_str((got), (want), #got, __FILE__, __LINE__)
#define HZT_EQ_MEM(got, want, size) hzt_eq_mem((got), (want), (size), #got, __FILE__, __LINE__)
// The call must return HZ_OK; the second form prints the message of its hz_error as well.
#define HZT_OK(call) hzt_ok((call), NULL, #call, __FILE__, __LINE__)
#define HZT_OK_ERR(call, error) hzt_ok((call), (error), #call, __FILE__, __LINE__)
// The condition function must become true within timeout_ms.
#define HZT_AWAIT(cond, ctx, timeout_ms)                                                           \
	hzt_check(hzt_await((cond), (ctx), (timeout_ms)), #cond " in time", __FILE__, __LINE__)
#define HZT_FAIL(why) hzt_check(false, why, __FILE__, __LINE__)
#else
// What the analyser may take for granted: whoever comes past a check has what it asked for.
void hzt_left(void) __attribute__((analyzer_noreturn));
#define HZT_CHECK(cond) ((cond) ? (void)0 : hzt_left())
#define HZT_EQ_INT(got, want) HZT_CHECK((int64_t)(got) == (int64_t)(want))
#define HZT_EQ_STR(got, want) hzt_eq_str((got), (want), #got, __FILE__, __LINE__)
#define HZT_EQ_MEM(got, want, size) hzt_eq_mem((got), (want), (size), #got, __FILE__, __LINE__)
#define HZT_OK(call) HZT_CHECK((call) == HZ_OK)
#define HZT_OK_ERR(call, error) HZT_CHECK(((void)(error), (call)) == HZ_OK)
#define HZT_AWAIT(cond, ctx, timeout_ms) HZT_CHECK(hzt_await((cond), (ctx), (timeout_ms)))
#define HZT_FAIL(why) hzt_left()
#endif

// The functions behind the macros. Any thread; see above for what a failure does.
void hzt_check(bool cond, const char *text, const char *file, int line);
void hzt_eq_int(int64_t got, int64_t want, const char *text, const char *file, int line);
void hzt_eq_str(const char *got, const char *want, const char *text, const char *file, int line);
void hzt_eq_mem(const void *got, const void *want, size_t size, const char *text, const char *file,
		int line);
void hzt_ok(hz_err code, const hz_error *error, const char *text, const char *file, int line);

// Leaves the case and counts it as skipped. Lends a reason for people. Case's own thread only.
void hzt_skip(const char *why) __attribute__((noreturn));

// Polls until cond(ctx) is true or timeout_ms (times HZT_SLOWNESS) have passed; returns what cond
// said last. Any thread; blocks.
bool hzt_await(bool (*cond)(void *ctx), void *ctx, int64_t timeout_ms);

// Milliseconds of the monotonic clock. Any thread; does not block.
int64_t hzt_now_ms(void);

// The factor by which this build is slower than a plain one; 1 in a plain one. Any thread.
int hzt_slowness(void);

#endif
