// SPDX-License-Identifier: Apache-2.0
#include "transport/token.h"

#include "base/fail.h"
#include "base/secret.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

// How many of the last group's bytes are none: what '=' stands for.
static size_t
padding(const char *text, size_t n)
{
	size_t found = 0;
	while (found < 2 && found < n && text[n - 1 - found] == '=') {
		found++;
	}
	return found;
}

hz_err
hzi_token_read(const char *text, bool base64, char **token, size_t *size, hz_error *err)
{
	size_t n = strlen(text);
	char *bytes = n <= INT_MAX / 2 ? hzi_secret_new(text, n) : NULL;
	if (bytes == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the token");
	}
	if (base64) {
		// The bytes are fewer than the letters, so they may take their place.
		int whole = EVP_DecodeBlock(
				(unsigned char *)bytes, (const unsigned char *)text, (int)n);
		if (n == 0 || whole < 0 || n % 4 != 0) {
			hzi_secret_free(bytes);
			return hzi_fail(err, HZ_ERR_CONFIG,
					"security.token.token: it is not in base64, as"
					" security.token.encoding says");
		}
		n = (size_t)whole - padding(text, n);
	}
	*token = bytes;
	*size = n;
	return HZ_OK;
}
