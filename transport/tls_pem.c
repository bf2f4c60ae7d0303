// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_pem.h"

#include "base/fail.h"
#include "transport/tls_context.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#define TRUST "network.ssl.properties.trustCertCollectionFile"
#define CHAIN "network.ssl.properties.keyCertChainFile"
#define KEY "network.ssl.properties.keyFile"

// ---- Sources ----

// Reads to the end, HZI_TLS_PEM_MAX at most, into a memory BIO that wipes its bytes when it is
// freed (BIO_s_secmem falls back to ordinary memory and cleanses it all the same).
static hz_err
read_file(int fd, BIO *to, const char *key, hz_error *err)
{
	char chunk[4096];
	hz_err e = HZ_OK;
	size_t all = 0;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			e = hzi_fail_system(err, HZ_ERR_CONFIG, errno, "%s", key);
		}
		if (n <= 0) {
			break;
		}
		all += (size_t)n;
		if (all > HZI_TLS_PEM_MAX) {
			e = hzi_fail(err, HZ_ERR_CONFIG, "%s: the file is too long", key);
			break;
		}
		if (BIO_write(to, chunk, (int)n) != n) {
			e = hzi_fail(err, HZ_ERR_MEMORY, "no memory for certificates");
			break;
		}
	}
	OPENSSL_cleanse(chunk, sizeof(chunk));
	return e;
}

static hz_err
open_file(const char *name, BIO *to, const char *key, hz_error *err)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		return hzi_fail_system(err, HZ_ERR_CONFIG, errno, "%s: %s", key, name);
	}
	hz_err e = read_file(fd, to, key, err);
	(void)close(fd);
	return e;
}

// Gives *out, to be read from its start.
static hz_err
open_source(const char *source, const char *key, BIO **out, hz_error *err)
{
	static const char begin[] = "-----BEGIN";
	BIO *bio = BIO_new(BIO_s_secmem());
	if (bio == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for certificates");
	}
	hz_err e = HZ_OK;
	source += strspn(source, " \t\r\n");
	if (strncmp(source, begin, sizeof(begin) - 1) != 0) {
		e = open_file(source, bio, key, err);
	} else if (strlen(source) > HZI_TLS_PEM_MAX) {
		e = hzi_fail(err, HZ_ERR_CONFIG, "%s: the text is too long", key);
	} else if (BIO_write(bio, source, (int)strlen(source)) != (int)strlen(source)) {
		e = hzi_fail(err, HZ_ERR_MEMORY, "no memory for certificates");
	}
	if (e != HZ_OK) {
		BIO_free(bio);
		return e;
	}
	*out = bio;
	return HZ_OK;
}

// ---- Certificates ----

// No passphrase is asked for on a terminal, ever.
static int
no_password(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

// The end of a source is no error, damage in the middle is one.
static hz_err
check_end(int count, const char *key, hz_error *err)
{
	unsigned long number = ERR_peek_last_error();
	bool at_end = ERR_GET_LIB(number) == ERR_LIB_PEM &&
			ERR_GET_REASON(number) == PEM_R_NO_START_LINE;
	if (!at_end) {
		return hzi_tls_fail(err, HZ_ERR_CONFIG, key);
	}
	ERR_clear_error();
	return count > 0 ? HZ_OK
			 : hzi_fail(err, HZ_ERR_CONFIG, "%s: there is no certificate in it", key);
}

// Calls add for each certificate; add takes it when it returns 1.
static hz_err
each_certificate(SSL_CTX *ctx, const char *source, const char *key,
		int (*add)(SSL_CTX *ctx, X509 *one, int index), hz_error *err)
{
	BIO *bio = NULL;
	hz_err e = open_source(source, key, &bio, err);
	if (e != HZ_OK) {
		return e;
	}
	int count = 0;
	X509 *one;
	while (e == HZ_OK && (one = PEM_read_bio_X509_AUX(bio, NULL, no_password, NULL)) != NULL) {
		if (add(ctx, one, count) == 1) {
			count++;
		} else {
			e = hzi_tls_fail(err, HZ_ERR_CONFIG, key);
			X509_free(one);
		}
	}
	if (e == HZ_OK) {
		e = check_end(count, key, err);
	}
	BIO_free(bio);
	return e;
}

static int
add_trust(SSL_CTX *ctx, X509 *one, int index)
{
	(void)index;
	int ok = X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), one);
	if (ok == 1) {
		X509_free(one); // the store has a reference of its own
	}
	return ok;
}

static int
add_chain(SSL_CTX *ctx, X509 *one, int index)
{
	if (index > 0) {
		return (int)SSL_CTX_add0_chain_cert(ctx, one);
	}
	int ok = SSL_CTX_use_certificate(ctx, one);
	if (ok == 1) {
		X509_free(one);
	}
	return ok;
}

hz_err
hzi_tls_pem_trust(SSL_CTX *ctx, const char *source, hz_error *err)
{
	return each_certificate(ctx, source, TRUST, add_trust, err);
}

hz_err
hzi_tls_pem_chain(SSL_CTX *ctx, const char *source, hz_error *err)
{
	return each_certificate(ctx, source, CHAIN, add_chain, err);
}

// ---- Keys ----

static int
give_password(char *buf, int size, int writing, void *ctx)
{
	const char *password = ctx;
	(void)writing;
	size_t length = password != NULL ? strlen(password) : 0;
	if (length == 0 || length > (size_t)size) {
		return -1;
	}
	memcpy(buf, password, length);
	return (int)length;
}

static hz_err
fail_key(const char *password, hz_error *err)
{
	bool given = password != NULL && password[0] != '\0';
	unsigned long number = ERR_peek_last_error();
	ERR_clear_error();
	if (ERR_GET_LIB(number) == ERR_LIB_PEM &&
			ERR_GET_REASON(number) == PEM_R_BAD_PASSWORD_READ) {
		return hzi_fail(err, HZ_ERR_CONFIG,
				KEY ": the key is encrypted and network.ssl.properties.keyPassword"
				    " is not set");
	}
	return hzi_fail(err, HZ_ERR_CONFIG, KEY ": %s",
			given ? "no private key can be read with this password"
			      : "no private key can be read from it");
}

hz_err
hzi_tls_pem_key(SSL_CTX *ctx, const char *source, const char *password, hz_error *err)
{
	BIO *bio = NULL;
	hz_err e = open_source(source, KEY, &bio, err);
	if (e != HZ_OK) {
		return e;
	}
	// The callback only reads it.
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_password, (void *)password);
	BIO_free(bio);
	if (key == NULL) {
		return fail_key(password, err);
	}
	// It is compared with the certificate, which stands already.
	if (SSL_CTX_use_PrivateKey(ctx, key) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		e = hzi_tls_fail(err, HZ_ERR_CONFIG,
				KEY ": the key does not belong to the certificate of "
				    ".keyCertChainFile");
	}
	EVP_PKEY_free(key);
	return e;
}
