// SPDX-License-Identifier: Apache-2.0
//
// The write right of transport/connection.c: every request that is appended leaves whole and in
// order, whoever writes it, and nothing is left lying.
//
// Mirrors hzi_connection_append, gather, write_once, give_back, write_out and hzi_connection_write,
// and the I/O thread's serve and sleep_for_events with hzi_connection_idle. The bell is one bit that
// wakes for certain; bell.pml has the proof of that. What is done under the connection's lock is one
// step. Closing is left out. Memory is sequentially consistent; all that is shared here is under the
// lock or atomic.
//
// A remnant that nobody writes shows as an invalid end state: the I/O thread waits, and requests are
// not out.
//
// Variants that must fail:
//	NO_LAST_LOOK       the right is given back without a look at what was queued meanwhile
//	NO_RING_WHEN_STUCK a writer whom the socket refuses leaves without telling the I/O thread
//	NO_TRY_LOCK        whoever finds something to write writes

#ifndef CALLERS
#define CALLERS 3
#endif
#ifndef REFUSALS
#define REFUSALS 1 /* of the socket, in all */
#endif
#define BATCHES 2 /* that a caller writes at most */
#define HALVES 2  /* a request is two bytes long, so that it can be cut */

chan head = [CALLERS] of { byte };     // queued, under the lock
chan gathered = [CALLERS] of { byte }; // the holder's, in order
bit first_half_out;                    // of the first gathered

bit writing;
bit blocked;
bit bell;
bit room = 1; // in the socket's buffer
byte refusals = REFUSALS;
byte writers;

byte appended[CALLERS]; // in order of appending
byte appends;
byte begun; // requests of which a byte is out
byte out;   // bytes

inline gather() {
	d_step {
		do
		:: len(head) > 0 -> head?request; gathered!request
		:: else -> break
		od;
		request = 0
	}
}

// One system call: the socket takes any number of bytes.
inline write_once() {
	atomic {
		do
		:: len(gathered) == 0 -> break
		:: len(gathered) > 0 && room ->
			gathered?<request>;
			if
			:: first_half_out == 0 ->
				assert(request == appended[begun]);
				begun++;
				first_half_out = 1
			:: else ->
				assert(request == appended[begun - 1]);
				first_half_out = 0;
				gathered?request
			fi;
			out++
		:: len(gathered) > 0 && room && refusals > 0 ->
			refusals--;
			room = 0
		:: len(gathered) > 0 && !room -> stuck = 1; break
		od;
		request = 0
	}
}

inline write_out(batches) {
	left = batches;
	do
	::
		writers++;
		assert(writers == 1);
		gather();
		stuck = 0;
		do
		:: len(gathered) > 0 && !stuck -> write_once()
		:: else -> break
		od;
		if
		:: stuck -> blocked = 1
		:: else
		fi;
		left--;
		writers--;
		d_step {
#ifdef NO_LAST_LOOK
			more = 0;
#else
			more = len(head) > 0 && !stuck;
#endif
			given = !(more && left > 0);
			if
			:: given ->
				writing = 0;
#ifdef NO_RING_WHEN_STUCK
				rest = more
#else
				rest = more || stuck
#endif
			:: else
			fi;
			more = 0;
			stuck = 0
		}
		if
		:: given -> break
		:: else
		fi
	od;
	left = 0
}

proctype caller(byte me) {
	byte request;
	byte left;
	bit stuck;
	bit more;
	bit given;
	bit rest;
	bit mine;
	atomic {
		head!me;
		appended[appends] = me;
		appends++;
		// How much is in flight decides, too; here either may be.
		if
#ifdef NO_TRY_LOCK
		:: !blocked -> writing = 1; mine = 1
#else
		:: !writing && !blocked -> writing = 1; mine = 1
#endif
		:: mine = 0
		fi
	}
	if
	:: mine -> write_out(BATCHES)
	:: else -> rest = 1
	fi;
	if
	:: rest -> bell = 1
	:: else
	fi
}

proctype io() {
	byte request;
	byte left;
	bit stuck;
	bit more;
	bit given;
	bit rest;
	bit mine;
	bit armed;
	bit writable;
	bit idle;
	do
	::
		if
		:: writable -> blocked = 0
		:: else
		fi;
		d_step {
			mine = !writing && (len(head) > 0 || len(gathered) > 0) && !blocked;
			if
			:: mine -> writing = 1
			:: else
			fi;
			rest = 0
		}
		if
		:: mine -> write_out(BATCHES)
		:: else
		fi;
		if
		:: rest -> bell = 1
		:: else
		fi;
		armed = blocked;

		d_step {
			idle = writing || len(head) == 0 || blocked;
			writable = 0
		}
		if
		:: !idle -> bell = 0
		:: else ->
			if
			:: bell -> bell = 0
			:: armed && room -> writable = 1
			:: out == CALLERS * HALVES -> break
			fi
		fi
	od
}

// The member reads, and there is room again.
proctype member() {
end:
	do
	:: atomic { room == 0 -> room = 1 }
	od
}

init {
	byte i;
	atomic {
		for (i : 1 .. CALLERS) {
			run caller(i)
		}
		run io();
		run member()
	}
}
