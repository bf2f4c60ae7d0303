// SPDX-License-Identifier: Apache-2.0
//
// A walk through the library beside two real members, one of which dies on the way. `./dev demo`
// starts the members and gives a way to kill one; a program of yours has no such thing.
#include "connect.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#define WORKERS 4
#define ROOMS 1000

static hz_map *rooms;
static sem_t heard; // counts what the listener hears
static atomic_bool stop_work;
static atomic_int calls, in_doubt;

static void
show(const char *what, const hz_value *value)
{
	char text[64];
	hz_value_format(value, text, sizeof(text));
	printf("   %-12s %s\n", what, text);
}

static void
on_booking(void *ctx, const hz_entry_event *event)
{
	(void)ctx;
	show("it is now", &event->value);
	sem_post(&heard);
}

static void
keep_and_listen(hz_map *map)
{
	hz_error err = {0};
	hz_listener_id id;
	const hz_value values[] = {hz_str("Ada"), hz_i32(42), hz_f64(2.5), hz_json("[1, 2]"),
			hz_local_date_value((hz_local_date){.year = 2026, .month = 12, .day = 24})};
	printf("\nValues go in and come back as what they are:\n");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		hz_value back;
		check(hz_map_set(map, hz_i64((int64_t)i), values[i], NULL, &err), &err);
		check(hz_map_get(map, hz_i64((int64_t)i), &back, &err), &err);
		show(hz_kind_name(hz_value_kind(&back)), &back);
		hz_value_clear(&back);
	}
	printf("\nA listener hears who books the suite:\n");
	hz_entry_listener listener = {sizeof(listener), .added = on_booking, .updated = on_booking};
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	check(hz_map_listen(map, &listener, &options, &id, &err), &err);
	check(hz_map_set(map, hz_str("suite"), hz_str("Grace"), NULL, &err), &err);
	sem_wait(&heard);
	check(hz_map_set(map, hz_str("suite"), hz_str("Alan"), NULL, &err), &err);
	sem_wait(&heard);
}

// Paints one room after the other, white, then blue, then white again. A write in doubt may have
// happened or not; the same again is right in either case.
static void *
paint(void *first)
{
	hz_error err = {0};
	for (int64_t room = *(const int64_t *)first; !atomic_load(&stop_work); room += WORKERS) {
		hz_value colour = hz_str(room / ROOMS % 2 == 0 ? "white" : "blue");
		hz_err e = hz_map_set(rooms, hz_i64(room % ROOMS), colour, NULL, &err);
		while (e != HZ_OK && err.in_doubt) {
			atomic_fetch_add(&in_doubt, 1);
			e = hz_map_set(rooms, hz_i64(room % ROOMS), colour, NULL, &err);
		}
		check(e, &err);
		atomic_fetch_add(&calls, 1);
	}
	return NULL;
}

static void
let_all_rooms_be_painted(void)
{
	int until = atomic_load(&calls) + 2 * ROOMS;
	while (atomic_load(&calls) < until) {
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

// This thread waits in the cluster, which costs the library neither a thread nor a connection.
static void *
wait_for_order(void *queue)
{
	hz_error err = {0};
	hz_value order;
	check(hz_queue_take(queue, &order, &err), &err);
	show("it got", &order);
	hz_value_clear(&order);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_map *map = NULL;
	hz_queue *orders = NULL;
	pthread_t workers[WORKERS], waiting;
	int64_t first_rooms[WORKERS];
	int32_t found = 0;
	char *given = argc > 1 ? argv[1] : getenv("HZ_TEST_CLUSTER"), here[] = "127.0.0.1";
	char *arguments[] = {argv[0], given != NULL ? given : here};
	setvbuf(stdout, NULL, _IOLBF, 0);
	sem_init(&heard, 0, 0);
	hz_client *client = connect_to(2, arguments);
	check(hz_map_open(client, "tour", NULL, &map, &err), &err);
	check(hz_map_open(client, "tour-rooms", NULL, &rooms, &err), &err);
	check(hz_queue_open(client, "tour-orders", NULL, &orders, &err), &err);
	printf("\nThis is %s, connected to %s\n", hz_client_name(client), arguments[1]);
	keep_and_listen(map);

	printf("\nOne thread waits for an order while %d others paint rooms:\n", WORKERS);
	pthread_create(&waiting, NULL, wait_for_order, orders);
	for (int i = 0; i < WORKERS; i++) {
		first_rooms[i] = i;
		pthread_create(&workers[i], NULL, paint, &first_rooms[i]);
	}
	let_all_rooms_be_painted();
	printf("   %d rooms later somebody wants coffee\n", calls);
	check(hz_queue_put(orders, hz_str("two coffees, one tea"), &err), &err);
	pthread_join(waiting, NULL);

	printf("\nNow the second member is killed under them:\n");
	if (system("${HZ_TEST_MEMBERS:-false} kill 1") == 0) {
		let_all_rooms_be_painted();
	}
	printf("   they go on with the other; writes in doubt, made again: %d\n", in_doubt);
	atomic_store(&stop_work, true);
	for (size_t i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
	check(hz_map_size(rooms, &found, &err), &err);
	printf("\nAfter %d writes %d of %d rooms have paint. Goodbye.\n", calls, found, ROOMS);
	hz_map_close(&map);
	hz_map_close(&rooms);
	hz_queue_close(&orders);
	hz_client_destroy(&client);
	return found == ROOMS ? 0 : 1;
}
