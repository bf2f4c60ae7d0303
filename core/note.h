// SPDX-License-Identifier: Apache-2.0
//
// What travels to the cluster thread beside ended calls: a job of its inbox, embedded in whatever
// it is about.
#ifndef HZI_CORE_NOTE_H
#define HZI_CORE_NOTE_H

#include "core/client.h"
#include "core/job.h"

#include <stdbool.h>

typedef struct hzi_note {
	hzi_job job; // filled by hzi_note_send
	hzi_cluster *cluster;
	void (*run)(hzi_cluster *cluster, struct hzi_note *note); // once, on the cluster thread
} hzi_note;

// Sends a note. False: the cluster thread has ended, and the note is still the caller's. Any
// thread; a short lock.
bool hzi_note_send(hzi_cluster *cluster, hzi_note *note);

#endif
