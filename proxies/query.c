// SPDX-License-Identifier: Apache-2.0
#include "proxies/query.h"

#include "base/fail.h"
#include "serialization/repr.h"

bool
hzi_call_object(hzi_call *call, const hzi_object *object, hzp_bytes *out)
{
	hz_value v;
	bool big_endian = call->client->config->big_endian;
	if (object == NULL) {
		call->code = hzi_fail(hzi_call_error(call), HZ_ERR_ARGUMENT,
				"a predicate, aggregator or projection is NULL");
		return false;
	}
	// The words are wanted only if there is something to say.
	call->code = hzi_object_read(object, big_endian, &v, NULL);
	if (call->code != HZ_OK) {
		call->code = hzi_object_read(object, big_endian, &v, hzi_call_error(call));
		return false;
	}
	*out = (hzp_bytes){v.u_.p, v.len_};
	return true;
}

void
hzi_call_to_predicate(hzi_call *call, const hz_pred *pred)
{
	if (pred->target != NULL) {
		hzi_call_to_hash(call, pred->hash[call->client->config->big_endian ? 1 : 0]);
	}
}

bool
hzi_call_predicate(hzi_call *call, const hz_pred *pred, hzp_bytes *out)
{
	if (!hzi_call_object(call, pred != NULL ? &pred->object : NULL, out)) {
		return false;
	}
	hzi_call_to_predicate(call, pred);
	return true;
}
