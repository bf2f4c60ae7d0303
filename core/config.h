// SPDX-License-Identifier: Apache-2.0
//
// What a client is told before it starts. The public hz_config is this struct; every text key is a
// row of config_table.h that names one field here. A client copies the configuration it is given
// (hzi_config_copy) and only reads the copy, so the fields need no lock.
//
// A configuration belongs to one thread at a time until a client has been made from it.
#ifndef HZI_CORE_CONFIG_H
#define HZI_CORE_CONFIG_H

#include "core/config_listeners.h"

#include <hazelcast/config.h>
#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Strings owned by the configuration; items is NULL when count is 0.
typedef struct hzi_strings {
	char **items;
	size_t count;
} hzi_strings;

// The values of the enums are the places of their names in the row's list of choices.
typedef enum hzi_routing_mode { HZI_ROUTING_ALL, HZI_ROUTING_SINGLE } hzi_routing_mode;

typedef enum hzi_reconnect_mode {
	HZI_RECONNECT_ON,
	HZI_RECONNECT_OFF,
	HZI_RECONNECT_ASYNC
} hzi_reconnect_mode;

typedef enum hzi_load_balancer { HZI_LB_ROUND_ROBIN, HZI_LB_RANDOM } hzi_load_balancer;

typedef enum hzi_concurrency { HZI_CONCURRENCY_CP, HZI_CONCURRENCY_MAP } hzi_concurrency;

typedef enum hzi_tls_protocol { HZI_TLS_V12, HZI_TLS_V13, HZI_TLS_ANY } hzi_tls_protocol;

typedef enum hzi_token_encoding { HZI_TOKEN_ASCII, HZI_TOKEN_BASE64 } hzi_token_encoding;

struct hz_config {
	char *cluster_name;  // never NULL
	char *instance_name; // NULL: the client makes one up (hz.client_N)
	hzi_strings labels;
	hzi_strings members; // "host[:port]", each of them checked; never empty

	bool backup_ack;
	hzi_routing_mode routing;
	bool redo_operation;
	bool shuffle_members;
	bool use_public_ip;

	int64_t connection_timeout_ms;
	bool tcp_no_delay;
	bool keep_alive;
	bool reuse_address;
	int32_t linger_seconds; // -1: SO_LINGER is not touched
	int32_t buffer_kb;      // SO_SNDBUF and SO_RCVBUF

	// Texts are NULL where nothing is set.
	struct {
		bool enabled;
		char *trust, *chain, *ciphers, *server_name;
		char *key, *key_password; // secrets
		hzi_tls_protocol protocol;
		bool validate_identity;
		bool any_certificate;
	} tls;
	char *username;
	char *password, *token; // secrets
	hzi_token_encoding token_encoding;

	bool async_start;
	hzi_reconnect_mode reconnect_mode;
	int64_t initial_backoff_ms;
	int64_t max_backoff_ms;
	double backoff_multiplier;
	double backoff_jitter;              // share of the pause by which it may vary, 0 to 1
	int64_t cluster_connect_timeout_ms; // -1: for ever

	int64_t heartbeat_interval_ms;
	int64_t heartbeat_timeout_ms;
	int64_t invocation_timeout_ms;
	int64_t invocation_retry_pause_ms;
	int64_t backup_timeout_ms;
	bool fail_on_indeterminate;
	bool cp_direct_to_leader;
	hzi_load_balancer load_balancer;

	hzi_concurrency concurrency_backend;
	bool semaphore_owners;        // of the map backend
	int64_t concurrency_lease_ms; // the same

	int32_t max_concurrent_invocations;
	int32_t max_parked_invocations;
	int32_t worker_threads;   // at least 2: number 0 is the library's own
	int32_t dispatch_threads; // stripes of the event dispatch
	int64_t listener_queue_bytes;
	int32_t listener_queue_events;
	int64_t max_message_bytes;
	int64_t shutdown_timeout_ms; // when a client is destroyed without a shutdown of its own
	bool big_endian;

	struct {
		hz_log_fn fn; // NULL: nothing is logged
		void *ctx;
		hz_log_level level;
	} log;
	struct {
		hz_late_item_fn fn; // NULL: late items are only counted
		void *ctx;
	} late_item;
	hzi_config_listeners listeners; // the client's from its start on
};

// Checks what one key alone cannot: that fields agree with each other. Lends both. Any thread that
// may read the configuration; does not block. HZ_ERR_CONFIG names the keys.
hz_err hzi_config_check(const hz_config *config, hz_error *err);

// A deep copy; callbacks keep their context pointers. Lends config, gives *out. Any thread that may
// read the configuration; does not block. HZ_ERR_MEMORY; *out is written only on success.
hz_err hzi_config_copy(const hz_config *config, hz_config **out);

#endif
