// SPDX-License-Identifier: Apache-2.0
//
// The bell of base/mailbox.c: no push and no ring is slept through, and the queue inside ZeroMQ stays
// short.
//
// Mirrors hzi_mailbox_push, hzi_mailbox_ring, push_bell and send_message for the senders;
// hzi_mailbox_take, hzi_mailbox_prepare_sleep, hzi_mailbox_awake and receive_messages for the
// receiver. A step here is one atomic operation there. Memory is sequentially consistent: the full
// fences that give this order on real processors are not tried here.
//
// A lost wake shows as an invalid end state: the receiver waits for a message, something lies in a
// list, and nobody is left to send.
//
// Variants that must fail:
//	NO_SECOND_LOOK     the receiver sleeps without looking at the lists once more
//	TURNED_BACK_ONCE   `under_way` is turned back before all messages instead of before each

#define PUSHERS 2
#define PUSHES 2  /* of each pusher */
#define RINGS 1   /* of the one that rings */
#define MOST 3   /* messages in the queue at once */
#define ALL (PUSHERS * PUSHES + RINGS)

byte list;      // nodes in the mailbox
byte elsewhere; // what the rings announce: elements of a list that is not the mailbox's
bit rung;
bit sleeping;
bit under_way;
bit lock;
byte messages; // in ZeroMQ's queue
byte received;

// Wakes for another reason than a message, such as the receiver's socket or a deadline.
byte other_wakes = 2;

inline bell() {
	// The full fence stands here.
	if
	:: sleeping == 0
	:: else ->
		d_step { was = sleeping; sleeping = 0 }
		if
		:: was == 0
		:: else ->
			atomic { lock == 0 -> lock = 1 }
			d_step { was = under_way; under_way = 1 }
			if
			:: was == 1
			:: else ->
				messages++;
				assert(messages <= MOST)
			fi;
			lock = 0
		fi
	fi
}

proctype pusher() {
	byte i;
	bit was;
	for (i : 1 .. PUSHES) {
		list++;
		bell()
	}
}

proctype ringer() {
	byte i;
	bit was;
	for (i : 1 .. RINGS) {
		elsewhere++;
		rung = 1;
		bell()
	}
}

inline receive_messages() {
#ifdef TURNED_BACK_ONCE
	under_way = 0;
#endif
	do
	::
#ifndef TURNED_BACK_ONCE
		under_way = 0;
#endif
		atomic {
			if
			:: messages > 0 -> messages--
			:: else -> break
			fi
		}
	od
}

proctype receiver() {
	bit belled;
	do
	::
		d_step { received = received + list; list = 0 }
		d_step { received = received + elsewhere; elsewhere = 0 }
		if
		:: received == ALL -> break
		:: else
		fi;

		sleeping = 1;
		// The full fence stands here.
#ifndef NO_SECOND_LOOK
		if
		:: rung == 1 -> rung = 0; sleeping = 0; goto again
		:: else
		fi;
		if
		:: list > 0 -> sleeping = 0; goto again
		:: else
		fi;
#endif
		if
		:: messages > 0 -> belled = 1
		:: other_wakes > 0 -> other_wakes--; belled = 0
		fi;
		sleeping = 0;
		if
		:: belled -> receive_messages()
		:: else
		fi;
		rung = 0;
again:
		skip
	od
}

init {
	byte i;
	atomic {
		for (i : 1 .. PUSHERS) {
			run pusher()
		}
		run ringer();
		run receiver()
	}
}
