// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/cardinality_estimator.h"
#include "proxies/handle_api.h"
#include "serialization/hash64.h"

#include <hazelcast/cardinality_estimator.h>
#include <hazelcast/object.h>

// Data before its payload: partition hash and type.
#define DATA_HEADER 8

struct hz_cardinality_estimator {
	hzi_handle handle;
};

static const hzi_op ADD = {&HZP_CARDINALITY_ESTIMATOR_ADD, HZ_RESULT_NONE, 0, NULL};
static const hzi_op ESTIMATE = {&HZP_CARDINALITY_ESTIMATOR_ESTIMATE, HZ_RESULT_I64, 0, NULL};

HZI_HANDLE_API(cardinality_estimator, HZ_SERVICE_CARDINALITY_ESTIMATOR)

HZ_API hz_future
hz_cardinality_estimator_add_async(hz_cardinality_estimator *estimator, hz_value value)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	if (!hzi_call_begin(handle_of(estimator), &ADD, &call, &future)) {
		return future;
	}
	if (!hzi_call_data(call, &value, 1, &data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call,
			&(hzp_cardinality_estimator_add_request){
					.name = hzi_handle_name(&estimator->handle),
					.hash = hzi_hash64(
							data.p + DATA_HEADER, data.n - DATA_HEADER),
			});
}

HZ_API hz_future
hz_cardinality_estimator_estimate_async(hz_cardinality_estimator *estimator)
{
	return hzi_send_name(handle_of(estimator), &ESTIMATE);
}
