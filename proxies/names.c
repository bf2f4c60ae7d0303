// SPDX-License-Identifier: Apache-2.0
#include "proxies/names.h"

#include "base/fail.h"
#include "serialization/murmur3.h"
#include "serialization/partition.h"
#include "serialization/utf8.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 64U
#define NAME_MAX_BYTES 65536U

// Entries stay, so whoever makes up names without end must be stopped somewhere.
#define NAMES_MAX 1000000U

typedef struct names {
	pthread_mutex_t lock; // never held across a call to a member
	hzi_name **buckets;
	uint32_t bucket_count; // a power of two
	uint32_t count;
} names;

static void
clear(void *room)
{
	names *all = room;
	if (all == NULL) {
		return;
	}
	for (uint32_t i = 0; i < all->bucket_count; i++) {
		while (all->buckets[i] != NULL) {
			hzi_name *name = all->buckets[i];
			all->buckets[i] = name->next;
			void *shared = atomic_load(&name->shared);
			if (shared != NULL) {
				atomic_load (&name->shared_free)(shared);
			}
			free(name);
		}
	}
	pthread_mutex_destroy(&all->lock);
	free(all->buckets);
	free(all);
}

// Tells fn every name that the members know from this client.
static void
list(hz_client *client, void (*fn)(void *ctx, const char *service, const char *name), void *ctx)
{
	names *all = atomic_load(&client->proxies);
	if (all == NULL) {
		return;
	}
	pthread_mutex_lock(&all->lock);
	for (uint32_t i = 0; i < all->bucket_count; i++) {
		for (const hzi_name *name = all->buckets[i]; name != NULL; name = name->next) {
			if (atomic_load(&name->announced)) {
				fn(ctx, name->service, name->text);
			}
		}
	}
	pthread_mutex_unlock(&all->lock);
}

static names *
make_room(void)
{
	names *all = calloc(1, sizeof(*all));
	hzi_name **buckets = calloc(BUCKETS_FIRST, sizeof(hzi_name *));
	if (all == NULL || buckets == NULL) {
		free(all);
		free(buckets);
		return NULL;
	}
	all->buckets = buckets;
	all->bucket_count = BUCKETS_FIRST;
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

// The room of this client, made by whoever needs it first: core does not know what a proxy is.
static names *
names_of(hz_client *client)
{
	void *none = NULL;
	names *all = atomic_load_explicit(&client->proxies, memory_order_acquire);
	if (all != NULL) {
		return all;
	}
	all = make_room();
	if (all == NULL) {
		return NULL;
	}
	// The two functions are the same whoever wins.
	atomic_store(&client->proxies_clear, clear);
	atomic_store(&client->list_proxies, list);
	if (!atomic_compare_exchange_strong(&client->proxies, &none, all)) {
		clear(all);
		return none;
	}
	return all;
}

static hzi_name **
bucket_of(names *all, const char *name, size_t n)
{
	return &all->buckets[(uint32_t)hzi_murmur3(name, n) & (all->bucket_count - 1)];
}

// Twice the buckets once there are more names than buckets. Without memory it only gets slower.
static void
grow(names *all)
{
	names bigger = {.bucket_count = all->bucket_count * 2};
	bigger.buckets = calloc(bigger.bucket_count, sizeof(hzi_name *));
	if (bigger.buckets == NULL) {
		return;
	}
	for (uint32_t i = 0; i < all->bucket_count; i++) {
		while (all->buckets[i] != NULL) {
			hzi_name *name = all->buckets[i];
			hzi_name **to = bucket_of(&bigger, name->text, name->length);
			all->buckets[i] = name->next;
			name->next = *to;
			*to = name;
		}
	}
	free(all->buckets);
	all->buckets = bigger.buckets;
	all->bucket_count = bigger.bucket_count;
}

static hzi_name *
find_in(hzi_name *first, const char *service, const char *name)
{
	while (first != NULL &&
			(strcmp(first->service, service) != 0 || strcmp(first->text, name) != 0)) {
		first = first->next;
	}
	return first;
}

hzi_name *
hzi_names_find(hz_client *client, const char *service, const char *name)
{
	names *all = atomic_load_explicit(&client->proxies, memory_order_acquire);
	if (all == NULL) {
		return NULL;
	}
	pthread_mutex_lock(&all->lock);
	hzi_name *found = find_in(*bucket_of(all, name, strlen(name)), service, name);
	pthread_mutex_unlock(&all->lock);
	return found;
}

static hz_err
check(const char *name, size_t n, hz_error *err)
{
	if (n == 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a structure's name may not be empty");
	}
	if (n > NAME_MAX_BYTES) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a structure's name may have %u bytes, not %zu",
				NAME_MAX_BYTES, n);
	}
	if (hzi_utf8_valid(name, n) != n) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a structure's name must be UTF-8");
	}
	return HZ_OK;
}

static hzi_name *
make(const char *service, const char *name, size_t n, int32_t hash)
{
	hzi_name *made = calloc(1, sizeof(*made) + n + 1);
	if (made != NULL) {
		made->service = service;
		made->hash = hash;
		made->length = (uint32_t)n;
		memcpy(made->text, name, n);
	}
	return made;
}

// With the lock held. NULL without memory.
static hzi_name *
add(names *all, const char *service, const char *name, size_t n, int32_t hash)
{
	hzi_name *made = make(service, name, n, hash);
	if (made == NULL) {
		return NULL;
	}
	if (all->count >= all->bucket_count) {
		grow(all);
	}
	hzi_name **bucket = bucket_of(all, name, n);
	made->next = *bucket;
	*bucket = made;
	all->count++;
	return made;
}

hz_err
hzi_names_intern(hz_client *client, const char *service, const char *name, hzi_name **out,
		hz_error *err)
{
	size_t n = strlen(name);
	int32_t hash;
	hz_err e = check(name, n, err);
	if (e != HZ_OK) {
		return e;
	}
	e = hzi_name_hash(name, client->config->big_endian, &hash, err);
	if (e != HZ_OK) {
		return e;
	}
	names *all = names_of(client);
	if (all == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for names of structures");
	}
	pthread_mutex_lock(&all->lock);
	*out = find_in(*bucket_of(all, name, n), service, name);
	bool full = *out == NULL && all->count == NAMES_MAX;
	if (*out == NULL && !full) {
		*out = add(all, service, name, n, hash);
	}
	pthread_mutex_unlock(&all->lock);
	if (full) {
		return hzi_fail(err, HZ_ERR_LIMIT,
				"the client has opened structures of %u names, and remembers each",
				NAMES_MAX);
	}
	return *out != NULL ? HZ_OK : hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
}

void *
hzi_names_shared(hzi_name *name, void *(*make_shared)(void), void (*end)(void *shared))
{
	void *none = NULL;
	void *shared = atomic_load_explicit(&name->shared, memory_order_acquire);
	if (shared != NULL) {
		return shared;
	}
	shared = make_shared();
	if (shared == NULL) {
		return NULL;
	}
	atomic_store(&name->shared_free, end);
	if (!atomic_compare_exchange_strong(&name->shared, &none, shared)) {
		end(shared);
		return none;
	}
	return shared;
}
