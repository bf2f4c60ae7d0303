// SPDX-License-Identifier: Apache-2.0
#include "proxies/names.h"

#include "base/fail.h"
#include "serialization/murmur3.h"
#include "serialization/partition.h"
#include "serialization/utf8.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256U
#define NAME_MAX_BYTES 65536U

typedef struct names {
	pthread_mutex_t lock; // never held across a call to a member
	hzi_name *buckets[BUCKETS];
} names;

static void
clear(void *room)
{
	names *all = room;
	if (all == NULL) {
		return;
	}
	for (unsigned i = 0; i < BUCKETS; i++) {
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
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (const hzi_name *name = all->buckets[i]; name != NULL; name = name->next) {
			if (atomic_load(&name->announced)) {
				fn(ctx, name->service, name->text);
			}
		}
	}
	pthread_mutex_unlock(&all->lock);
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
	all = calloc(1, sizeof(*all));
	if (all == NULL) {
		return NULL;
	}
	pthread_mutex_init(&all->lock, NULL);
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
	return &all->buckets[(uint32_t)hzi_murmur3(name, n) % BUCKETS];
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
	hzi_name **bucket = bucket_of(all, name, n);
	pthread_mutex_lock(&all->lock);
	hzi_name *found = find_in(*bucket, service, name);
	if (found == NULL && (found = make(service, name, n, hash)) != NULL) {
		found->next = *bucket;
		*bucket = found;
	}
	pthread_mutex_unlock(&all->lock);
	*out = found;
	return found != NULL ? HZ_OK : hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
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
