// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"

#include "base/platform_tsan.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

// Under a sanitizer every frame is larger, so the system's default is taken.
#if defined(HZI_SANITIZED)
enum { OWN_STACK_BYTES = 0 };
#else
enum { OWN_STACK_BYTES = 256 * 1024 };
#endif

// On 32 bits the plain futex call takes a time of 32 bits.
#if defined(SYS_futex_time64) && __SIZEOF_LONG__ == 4
#define FUTEX_CALL SYS_futex_time64
#else
#define FUTEX_CALL SYS_futex
#endif

typedef struct kernel_time {
	int64_t s;
	int64_t ns;
} kernel_time;

static int64_t
read_clock(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t
hzi_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
hzi_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME) / NS_PER_MS;
}

int64_t
hzi_deadline_in_ms(int64_t ms)
{
	int64_t now = hzi_now_ns();
	if (ms < 0 || ms > (HZI_NEVER - now) / NS_PER_MS) {
		return HZI_NEVER;
	}
	return now + ms * NS_PER_MS;
}

int
hzi_poll_timeout_ms(int64_t deadline_ns, int64_t now_ns)
{
	if (deadline_ns == HZI_NEVER) {
		return -1;
	}
	if (deadline_ns <= now_ns) {
		return 0;
	}
	int64_t left = (deadline_ns - now_ns - 1) / NS_PER_MS + 1;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static hzi_futex_result
futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns, int flags)
{
	// The kernel refuses times before the clock's start; such a deadline has passed.
	int64_t at = deadline_ns < 0 ? 0 : deadline_ns;
	kernel_time until = {.s = at / NS_PER_S, .ns = at % NS_PER_S};
	long rc = syscall(FUTEX_CALL, word, FUTEX_WAIT_BITSET | flags, expected,
			deadline_ns == HZI_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
	if (rc == 0) {
		return HZI_FUTEX_WOKEN;
	}
	switch (errno) {
	case EAGAIN:
		return HZI_FUTEX_CHANGED;
	case ETIMEDOUT:
		return HZI_FUTEX_TIMEOUT;
	case EINTR:
		return HZI_FUTEX_INTERRUPTED;
	default:
		return HZI_FUTEX_WOKEN;
	}
}

hzi_futex_result
hzi_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
	return futex_wait(word, expected, deadline_ns, FUTEX_PRIVATE_FLAG);
}

void
hzi_futex_wake(_Atomic uint32_t *word, int n)
{
	syscall(FUTEX_CALL, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, n, NULL, NULL, 0);
}

hzi_futex_result
hzi_futex_park(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
	return futex_wait(word, expected, deadline_ns, 0);
}

void
hzi_futex_unpark(_Atomic uint32_t *word, int n)
{
	syscall(FUTEX_CALL, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

hz_err
hzi_random_bytes(void *to, size_t n)
{
	uint8_t *at = to;
	while (n != 0) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno != EINTR) {
			return HZ_ERR_RESOURCE;
		}
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return HZ_OK;
}

hz_uuid
hzi_uuid_random(void)
{
	hz_uuid uuid;
	if (hzi_random_bytes(&uuid, sizeof(uuid)) != HZ_OK) {
		return (hz_uuid){0};
	}
	uuid.msb = (uuid.msb & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	uuid.lsb = (uuid.lsb & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	return uuid;
}

// What a new thread needs to know; the thread frees it.
typedef struct thread_start {
	void (*fn)(void *);
	void *arg;
	char name[16];
} thread_start;

static void *
run_thread(void *arg)
{
	thread_start start = *(thread_start *)arg;
	free(arg);
	pthread_setname_np(pthread_self(), start.name);
	start.fn(start.arg);
	return NULL;
}

// Signals are blocked around the creation, since a thread inherits its creator's mask.
static int
create_without_signals(pthread_t *handle, const pthread_attr_t *attr, thread_start *start)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(handle, attr, run_thread, start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

hz_err
hzi_thread_start_stack(hzi_thread *thread, const char *name, size_t stack_bytes, void (*fn)(void *),
		void *arg)
{
	thread_start *start = malloc(sizeof(*start));
	if (start == NULL) {
		return HZ_ERR_MEMORY;
	}
	*start = (thread_start){.fn = fn, .arg = arg};
	memcpy(start->name, name, strnlen(name, sizeof(start->name) - 1));

	pthread_attr_t attr;
	if (pthread_attr_init(&attr) != 0) {
		free(start);
		return HZ_ERR_MEMORY;
	}
	if (stack_bytes != 0) {
		// Refused where the system wants more; then it has its own size.
		(void)pthread_attr_setstacksize(&attr, stack_bytes);
	}
	pthread_t handle;
	int rc = create_without_signals(&handle, &attr, start);
	pthread_attr_destroy(&attr);
	if (rc != 0) {
		free(start);
		return HZ_ERR_RESOURCE;
	}
	thread->handle = handle;
	return HZ_OK;
}

hz_err
hzi_thread_start(hzi_thread *thread, const char *name, void (*fn)(void *), void *arg)
{
	return hzi_thread_start_stack(thread, name, OWN_STACK_BYTES, fn, arg);
}

void
hzi_thread_join(hzi_thread *thread)
{
	pthread_join(thread->handle, NULL);
}

void
hzi_thread_detach(hzi_thread *thread)
{
	pthread_detach(thread->handle);
}

hz_err
hzi_thread_finish(hzi_thread *thread, _Atomic uint32_t *finished, int64_t deadline_ns)
{
	while (atomic_load(finished) == 0) {
		if (hzi_futex_wait(finished, 0, deadline_ns) == HZI_FUTEX_TIMEOUT) {
			hzi_thread_detach(thread);
			return HZ_ERR_TIMEOUT;
		}
	}
	hzi_thread_join(thread);
	return HZ_OK;
}

uint64_t
hzi_thread_id(void)
{
	static _Atomic uint64_t last;
	static _Thread_local uint64_t own;
	if (HZI_UNLIKELY(own == 0)) {
		own = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
	}
	return own;
}

hz_err
hzi_fork_guard_init(hzi_fork_guard *guard)
{
	*guard = (hzi_fork_guard){.pid = getpid()};
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		return HZ_ERR_MEMORY;
	}
	if (madvise(page, size, MADV_WIPEONFORK) != 0) {
		munmap(page, size);
		return HZ_OK;
	}
	guard->page = page;
	atomic_store(guard->page, 1);
	return HZ_OK;
}

void
hzi_fork_guard_clear(hzi_fork_guard *guard)
{
	if (guard->page != NULL) {
		munmap(guard->page, (size_t)sysconf(_SC_PAGESIZE));
	}
	*guard = (hzi_fork_guard){0};
}

bool
hzi_forked_by_pid(const hzi_fork_guard *guard)
{
	return getpid() != guard->pid;
}

hz_err
hzi_probe_descriptors(unsigned n)
{
	int fds[64];
	unsigned got = 0;
	HZI_ASSERT(n <= sizeof(fds) / sizeof(fds[0]));
	while (got < n && got < sizeof(fds) / sizeof(fds[0])) {
		fds[got] = eventfd(0, EFD_CLOEXEC);
		if (fds[got] < 0) {
			break;
		}
		got++;
	}
	hz_err err = got == n ? HZ_OK : HZ_ERR_RESOURCE;
	while (got != 0) {
		close(fds[--got]);
	}
	return err;
}

static void
return_at_once(void *arg)
{
	(void)arg;
}

hz_err
hzi_probe_thread(void)
{
	hzi_thread thread;
	hz_err err = hzi_thread_start_stack(&thread, "hz-probe", 0, return_at_once, NULL);
	if (err == HZ_OK) {
		hzi_thread_join(&thread);
	}
	return err;
}

bool
hzi_poll_readable(int fd, int64_t deadline_ns)
{
	struct pollfd item = {.fd = fd, .events = POLLIN};
	struct timespec left = {0};
	int64_t now = hzi_now_ns();
	if (deadline_ns > now) {
		left.tv_sec = (time_t)((deadline_ns - now) / NS_PER_S);
		left.tv_nsec = (long)((deadline_ns - now) % NS_PER_S);
	}
	return ppoll(&item, 1, deadline_ns == HZI_NEVER ? NULL : &left, NULL) > 0;
}

hz_err
hzi_eventfd_open(int *fd)
{
	int opened = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (opened < 0) {
		return HZ_ERR_RESOURCE;
	}
	*fd = opened;
	return HZ_OK;
}

void
hzi_eventfd_raise(int fd)
{
	// A full counter refuses the write; it is raised then, which is what was asked for.
	while (eventfd_write(fd, 1) != 0 && errno == EINTR) {
	}
}

bool
hzi_eventfd_lower(int fd)
{
	eventfd_t count;
	int rc;
	do {
		rc = eventfd_read(fd, &count);
	} while (rc != 0 && errno == EINTR);
	return rc == 0;
}
