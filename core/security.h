// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says of TLS and credentials, made ready for the dials.
#ifndef HZI_CORE_SECURITY_H
#define HZI_CORE_SECURITY_H

#include "core/cluster_state.h"

// Reads certificates, key and token. Before the cluster thread runs. HZ_ERR_CONFIG with the
// setting that is wrong; HZ_ERR_MEMORY, HZ_ERR_RESOURCE. What was made is freed by
// hzi_security_clear, also after a failure.
hz_err hzi_security_prepare(hzi_cluster *cluster, hz_error *err);

// Wipes and frees it, when no connection is left.
void hzi_security_clear(hzi_cluster *cluster);

#endif
