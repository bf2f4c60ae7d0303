// SPDX-License-Identifier: Apache-2.0
#include "protocol/error.h"

hz_err
hzp_error_first(const uint8_t *msg, size_t n, hzp_error_holder *first, hzp_iter *causes,
		const char **reason)
{
	hzp_error_response record;
	hz_err err = hzp_decode(msg, n, &HZP_ERROR_RESPONSE, &record, reason);
	if (err != HZ_OK) {
		return err;
	}
	hzp_iter it = hzp_iter_start(&record.holders);
	if (!hzp_iter_next(&it, first)) {
		if (reason != NULL) {
			*reason = "an error message holds no error";
		}
		return HZ_ERR_PROTOCOL;
	}
	if (causes != NULL) {
		*causes = it;
	}
	return HZ_OK;
}
