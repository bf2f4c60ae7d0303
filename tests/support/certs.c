// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certs.h"

#include "tests/support/suite.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400L

static char *
text_of(BIO *bio)
{
	char *data = NULL;
	long n = BIO_get_mem_data(bio, &data);
	char *text = strndup(data, (size_t)n);
	HZT_CHECK(text != NULL);
	BIO_free(bio);
	return text;
}

static char *
key_text(EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const EVP_CIPHER *cipher = password != NULL ? EVP_aes_256_cbc() : NULL;
	int length = password != NULL ? (int)strlen(password) : 0;
	HZT_EQ_INT(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, password, length, NULL, NULL),
			1);
	return text_of(bio);
}

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	HZT_CHECK(extension != NULL);
	HZT_EQ_INT(X509_add_ext(x, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
set_names(X509 *x, const cert_spec *spec, X509 *issuer)
{
	X509_NAME *subject = X509_get_subject_name(x);
	HZT_EQ_INT(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				   (const unsigned char *)spec->name, -1, -1, 0),
			1);
	X509_set_issuer_name(x, issuer != NULL ? X509_get_subject_name(issuer) : subject);
	add_extension(x, NID_basic_constraints, spec->authority ? "critical,CA:TRUE" : "CA:FALSE");
	if (spec->alt_names != NULL) {
		add_extension(x, NID_subject_alt_name, spec->alt_names);
	}
}

static X509 *
read_certificate(const cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->pem, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	HZT_CHECK(x != NULL);
	BIO_free(bio);
	return x;
}

static EVP_PKEY *
read_key(const cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	HZT_CHECK(key != NULL);
	BIO_free(bio);
	return key;
}

void
cert_make(const cert_spec *spec, cert *out)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509 *issuer = spec->issuer != NULL ? read_certificate(spec->issuer) : NULL;
	EVP_PKEY *issuer_key = spec->issuer != NULL ? read_key(spec->issuer) : NULL;
	long serial = 0;
	HZT_CHECK(key != NULL && x != NULL);
	HZT_EQ_INT(RAND_bytes((unsigned char *)&serial, sizeof(serial)), 1);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial & 0x7fffffff);
	// An hour back: clocks of one machine agree, but not to the second of a rounding.
	X509_gmtime_adj(X509_getm_notBefore(x), spec->from_days * DAY_S - 3600);
	X509_gmtime_adj(X509_getm_notAfter(x), (spec->to_days != 0 ? spec->to_days : 30) * DAY_S);
	X509_set_pubkey(x, key);
	set_names(x, spec, issuer);
	HZT_CHECK(X509_sign(x, issuer_key != NULL ? issuer_key : key, EVP_sha256()) > 0);
	BIO *bio = BIO_new(BIO_s_mem());
	HZT_EQ_INT(PEM_write_bio_X509(bio, x), 1);
	*out = (cert){.pem = text_of(bio),
			.key = key_text(key, NULL),
			.encrypted_key = key_text(key, CERT_PASSWORD)};
	X509_free(x);
	X509_free(issuer);
	EVP_PKEY_free(key);
	EVP_PKEY_free(issuer_key);
}

void
cert_clear(cert *c)
{
	free(c->pem);
	free(c->key);
	free(c->encrypted_key);
	*c = (cert){NULL, NULL, NULL};
}

char *
cert_file(const char *text)
{
	const char *folder = getenv("TEST_TMPDIR");
	char name[512];
	(void)snprintf(name, sizeof(name), "%s/hz-XXXXXX", folder != NULL ? folder : "/tmp");
	int fd = mkstemp(name);
	HZT_CHECK(fd >= 0);
	HZT_EQ_INT(write(fd, text, strlen(text)), strlen(text));
	HZT_EQ_INT(close(fd), 0);
	char *copy = strdup(name);
	HZT_CHECK(copy != NULL);
	return copy;
}
