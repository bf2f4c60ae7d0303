// SPDX-License-Identifier: Apache-2.0
//
// What an inbox of core carries: something to run on the thread that owns the inbox.
#ifndef HZI_CORE_JOB_H
#define HZI_CORE_JOB_H

#include "base/mailbox.h"

typedef struct hzi_job {
	hzi_node node; // first: a job is found from its node by a cast
	void (*run)(struct hzi_job *job);
} hzi_job;

static inline hzi_job *
hzi_job_of(hzi_node *node)
{
	return HZI_OUTER(node, hzi_job, node);
}

#endif
