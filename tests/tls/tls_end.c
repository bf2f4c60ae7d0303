// SPDX-License-Identifier: Apache-2.0
#include "tests/tls/tls_end.h"

#include "tests/support/suite.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

// ---- Context ----

static X509 *
certificate(const cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->pem, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	HZT_CHECK(x != NULL);
	return x;
}

static EVP_PKEY *
private_key(const cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	HZT_CHECK(key != NULL);
	return key;
}

static SSL_CTX *
make_context(const tls_end_options *options)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509 *own = certificate(options->own);
	EVP_PKEY *key = private_key(options->own);
	HZT_EQ_INT(SSL_CTX_use_certificate(ctx, own), 1);
	HZT_EQ_INT(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(own);
	EVP_PKEY_free(key);
	// Old versions are not spoken by default, and are what some cases want.
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, options->oldest);
	SSL_CTX_set_max_proto_version(ctx, options->newest);
	if (options->ciphers != NULL) {
		HZT_EQ_INT(SSL_CTX_set_cipher_list(ctx, options->ciphers), 1);
	}
	if (options->clients != NULL) {
		X509 *authority = certificate(options->clients);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), authority);
		X509_free(authority);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"test", 4);
	return ctx;
}

// ---- One connection ----

static void
echo(tls_end *end, SSL *ssl)
{
	static uint8_t bytes[65536];
	int n;
	while ((n = SSL_read(ssl, bytes, sizeof(bytes))) > 0) {
		atomic_fetch_add(&end->bytes, (uint64_t)n);
		if (end->options.rude) {
			return;
		}
		if (end->options.new_keys) {
			SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
		}
		if (SSL_write(ssl, bytes, n) != n) {
			return;
		}
	}
}

static void
serve(tls_end *end, int fd)
{
	SSL *ssl = SSL_new(end->ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
		(void)snprintf(end->name, sizeof(end->name), "%s", name != NULL ? name : "");
		atomic_fetch_add(&end->resumed, SSL_session_reused(ssl));
		atomic_fetch_add(&end->agreed, 1);
		echo(end, ssl);
	}
	// A session whose connection ended without a word would be no good any more.
	SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(ssl);
	ERR_clear_error();
}

static void
be_mute(int fd)
{
	uint8_t byte;
	while (recv(fd, &byte, 1, 0) > 0) {
	}
}

static void
run(void *arg)
{
	tls_end *end = arg;
	int fd;
	sigset_t broken;
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken, NULL);
	while ((fd = accept(end->listener, NULL, NULL)) >= 0) {
		atomic_fetch_add(&end->accepted, 1);
		if (end->options.mute) {
			be_mute(fd);
		} else {
			serve(end, fd);
		}
		close(fd);
		atomic_fetch_add(&end->ended, 1);
	}
}

// ---- Life ----

void
tls_end_start(tls_end *end, const tls_end_options *options)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	memset(end, 0, sizeof(*end));
	end->options = *options;
	end->ctx = make_context(options);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	end->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HZT_EQ_INT(bind(end->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	HZT_EQ_INT(listen(end->listener, 8), 0);
	HZT_EQ_INT(getsockname(end->listener, (struct sockaddr *)&address, &size), 0);
	end->port = ntohs(address.sin_port);
	HZT_OK(hzi_thread_start(&end->thread, "tls-end", run, end));
}

typedef struct wanted {
	_Atomic int *count;
	int least;
} wanted;

static bool
is_reached(void *ctx)
{
	const wanted *w = ctx;
	return atomic_load(w->count) >= w->least;
}

void
tls_end_await(tls_end *end, int ended)
{
	HZT_AWAIT(is_reached, (&(wanted){&end->ended, ended}), PATIENCE_MS);
}

void
tls_end_stop(tls_end *end)
{
	shutdown(end->listener, SHUT_RDWR);
	hzi_thread_join(&end->thread);
	close(end->listener);
	SSL_CTX_free(end->ctx);
}
