// SPDX-License-Identifier: Apache-2.0
//
// How calls carry objects that members know: predicates, aggregators, projections.
#ifndef HZI_PROXIES_QUERY_H
#define HZI_PROXIES_QUERY_H

#include "proxies/proxy.h"
#include "serialization/predicate.h"

// Points *out at the object's Data, in the byte order of the call's cluster; lent as long as the
// object. False: the object has failed or is NULL, and the error is in the record: return
// hzi_call_refused(call).
bool hzi_call_object(hzi_call *call, const hzi_object *object, hzp_bytes *out);

// The same for a predicate, which also says where the call goes if it is one of a partition.
bool hzi_call_predicate(hzi_call *call, const hz_pred *pred, hzp_bytes *out);

// Sends the call to the key's partition if the predicate is one of a partition.
void hzi_call_to_predicate(hzi_call *call, const hz_pred *pred);

#endif
