// SPDX-License-Identifier: Apache-2.0
//
// The word of a call record (core/call.c): an outcome reaches the try that it belongs to and no
// other, every try ends, every record comes back, and what a member gives to a call that nobody waits
// for any more is not dropped in silence.
//
// Mirrors hzi_call_publish, hzi_call_sending, hzi_call_claim, hzi_call_claim_sent, hzi_call_done,
// hzi_call_hold, hzi_call_acknowledge, hzi_call_end_hold, hzi_call_fail, hzi_call_give_up,
// hzi_call_let_go and hzi_call_release, with on_response and sweep_call of core/upcalls.c. One
// record serves one call after another, over a connection that may be lost once and dialled again.
// The member answers a try never, once or twice, at any time, and acknowledges before or after. A
// compare-and-swap is one step. Memory is sequentially consistent.
//
// A try or a record that is forgotten shows as an invalid end state: the caller waits for ever.
//
// Variants that must fail:
//	SPLIT_WORD           state and generation are looked at one after the other
//	WRITE_BEFORE_CLAIM   the outcome is written before the record is claimed
//	ANSWER_PASSES_BY     an answer does not wait for who is giving the try up
//	NO_LOOK_AT_THE_DOOR  who abandons a try does not look whether its connection was swept meanwhile

#ifndef CALLS
#define CALLS 2
#endif
#ifndef TRIES
#define TRIES 2
#endif
#ifndef BACKUPS
#define BACKUPS 1
#endif
#define GENERATIONS (1 + (TRIES + 1) * CALLS) /* every try has one, and every release */

#define FREE 0
#define PENDING 1
#define SENT 2
#define CLAIMED 3
#define HELD 4
#define DONE 5
#define ABANDONED 6

#define WORD(state, generation) ((state) + 8 * (generation))
#define STATE(w) ((w) & 7)
#define GENERATION(w) (((w) >> 3) & 15)
#define EXPECTED(w) (((w) >> 7) & 1)
#define SEEN(w) (((w) >> 8) & 1)
#define ONE_EXPECTED 128
#define ONE_SEEN 256
#define WITH_STATE(w, state) ((w) - STATE(w) + (state))

#define OURS 1   /* an error of the client's own */
#define ANSWER 2 /* the member's answer */
#define RETRY 3  /* the member's error that is followed by another try */

short word;
byte holds;
byte outcome;            // what lies in the record
byte outcome_generation; // and whose it is
byte completers;         // that think they own the outcome
bit queued;              // the record's request is in an out-list
byte connection = 1;     // its id; 2 once the first was lost
byte connection_of_try;

bit waits[GENERATIONS];    // the try waits in the member, and may be abandoned
bit answered[GENERATIONS]; // an answer of the member was looked at
bit delivered[GENERATIONS]; // an answer reached the caller, or was counted as late

chan outbox = [1] of { byte, byte };           // generation, connection
chan wire = [1] of { byte, byte };             // the same
chan answers = [1] of { byte, byte, byte, bit }; // and kind, acknowledgement expected
chan acknowledgements = [1] of { byte };

inline cas(expected, next) {
	d_step {
		ok = (word == (expected));
		if
		:: ok -> word = next
		:: else
		fi
	}
}

// An answer reaches somebody: never two of one try.
inline deliver(g) {
	assert(!delivered[g]);
	delivered[g] = 1
}

// To CLAIMED, if the generation is g and `allowed` holds for the word w; who is patient waits for
// the end of another's claim.
inline claim(g, allowed, patient) {
	do
	::
		w = word;
		if
		:: GENERATION(w) == g && STATE(w) == CLAIMED && (patient) ->
			// Somebody gives this try up: a few instructions, and it is known how.
			!(GENERATION(word) == g && STATE(word) == CLAIMED)
		:: GENERATION(w) == g && (allowed) ->
			was = STATE(w);
#ifdef SPLIT_WORD
			d_step {
				ok = (STATE(word) == STATE(w));
				if
				:: ok -> word = WITH_STATE(word, CLAIMED)
				:: else
				fi
			}
#else
			cas(w, WITH_STATE(w, CLAIMED));
#endif
			if
			:: ok -> break
			:: else
			fi
		:: else -> ok = 0; break
		fi
	od
}

#define IS_OPEN (STATE(w) == PENDING || STATE(w) == SENT || STATE(w) == HELD)
#define IS_ON_ITS_WAY (STATE(w) == SENT || STATE(w) == ABANDONED)

inline write_outcome(kind, g) {
	completers++;
	assert(completers == 1);
	assert(STATE(word) == CLAIMED);
	outcome = kind;
	outcome_generation = g;
	completers--
}

// From CLAIMED, during which acknowledgements still count themselves into the word.
inline set_state(state) {
	do
	::
		w = word;
		cas(w, WITH_STATE(w, state));
		if
		:: ok -> break
		:: else
		fi
	od
}

inline release() {
	d_step { holds--; last = (holds == 0) }
	if
	:: last ->
		outcome = 0;
		last = 0;
		word = WORD(FREE, GENERATION(word) + 1)
	:: else
	fi
}

// The answer of a claimed try is there; done, unless an acknowledgement is missing.
inline hold(expected) {
	do
	::
		w = word;
		if
		:: SEEN(w) >= expected -> set_state(DONE); break
		:: else ->
			cas(w, WITH_STATE(w, HELD) + ONE_EXPECTED);
			if
			:: ok -> break
			:: else
			fi
		fi
	od
}

// The end of a claimed try by the client itself; where the answer is there, it stays.
inline end_claimed(g) {
	if
	:: was != HELD -> write_outcome(OURS, g)
	:: else
	fi;
	set_state(DONE)
}

inline fail(g) {
	claim(g, IS_OPEN, false);
	if
	:: ok -> end_claimed(g)
	:: else
	fi
}

inline let_go(g) {
	w = word;
	if
	:: GENERATION(w) == g && STATE(w) == ABANDONED ->
		cas(w, WITH_STATE(w, DONE));
		if
		:: ok -> release()
		:: else
		fi
	:: else
	fi
}

inline abandon(g) {
	d_step { holds++ }
	write_outcome(OURS, g);
	set_state(ABANDONED);
	abandoned = 1;
#ifndef NO_LOOK_AT_THE_DOOR
	if
	:: connection_of_try != connection -> let_go(g)
	:: else
	fi
#endif
}

inline give_up(g) {
	claim(g, IS_OPEN, false);
	if
	:: ok && was == SENT && waits[g] -> abandon(g)
	:: ok && !(was == SENT && waits[g]) -> end_claimed(g)
	:: else
	fi
}

proctype caller() {
	short w;
	byte was;
	byte mine;
	byte call;
	byte try;
	bit ok;
	bit last;
	bit abandoned;
	bit impatient;
	bit refused;
	bit wait;
	for (call : 1 .. CALLS) {
		// The record comes from the pool, unless it waits for an answer that may still come.
		atomic {
			if
			:: STATE(word) == FREE
			:: STATE(word) == ABANDONED && connection_of_try == connection -> goto out
			fi;
			holds = 1;
			impatient = 0;
			abandoned = 0;
			try = 1;
			if
			:: wait = 0
			:: wait = 1
			fi
		}
another_try:
		// One list at a time: the request of the last try is out of it.
		atomic {
			queued == 0;
			connection_of_try = connection;
			mine = GENERATION(word) + 1;
			waits[mine] = wait;
			outcome_generation = 0
		}
		word = WORD(PENDING, mine);
		// Registered, or refused because that connection is closed: one step under its lock.
		atomic {
			refused = (connection_of_try != connection);
			if
			:: refused
			:: else -> holds++; queued = 1; outbox!mine, connection
			fi
		}
		if
		:: refused -> fail(mine)
		:: else
		fi;
		do
		:: STATE(word) == DONE && GENERATION(word) == mine -> break
		:: !impatient ->
			impatient = 1;
			give_up(mine);
			if
			:: abandoned -> goto over
			:: else // it ended, or whoever claimed it is about to end it
			fi
		od;
		assert(outcome_generation == mine);
		if
		:: outcome == ANSWER || outcome == RETRY -> deliver(mine)
		:: else -> assert(outcome == OURS)
		fi;
		if
		:: outcome != ANSWER && !impatient && try < TRIES -> try++; goto another_try
		:: else
		fi;
over:
		release();
		atomic { w = 0; was = 0; ok = 0; mine = 0; wait = 0; refused = 0 }
	}
out:
	skip
}

// Whoever holds the write right.
proctype writer() {
	short w;
	byte mine;
	byte conn;
	bit ok;
	bit last;
end:
	do
	:: outbox?mine, conn ->
		do
		::
			w = word;
			if
			:: STATE(w) == PENDING ->
				cas(w, WITH_STATE(w, SENT));
				if
				:: ok -> assert(GENERATION(w) == mine); break
				:: else
				fi
			:: else -> ok = 0; break
			fi
		od;
		if
		:: ok && conn == connection -> wire!mine, conn
		:: else
		fi;
		queued = 0;
		release();
		atomic { w = 0; mine = 0; conn = 0; ok = 0 }
	od
}

proctype member() {
	byte g;
	byte conn;
	byte kind;
	byte times;
	bit backup;
end:
	do
	:: atomic {
		wire?g, conn ->
		if
		:: kind = ANSWER
		:: kind = RETRY
#if BACKUPS
		:: kind = ANSWER; backup = 1
#endif
		fi;
		if
		:: times = 0
		:: times = 1
		:: times = 2
		fi
	   }
		// The acknowledgement comes first, last or not at all.
		if
		:: backup -> acknowledgements!g; backup = 0; kind = kind + 8
		:: true
		fi;
		do
		:: times > 0 -> times--; answers!g, conn, kind & 7, (backup || kind > 7)
		:: else -> break
		od;
		if
		:: backup -> acknowledgements!g
		:: true
		fi;
		atomic { g = 0; conn = 0; kind = 0; backup = 0 }
	od
}

inline on_answer() {
#ifdef WRITE_BEFORE_CLAIM
	if
	:: GENERATION(word) == g && STATE(word) == SENT ->
		outcome = kind;
		outcome_generation = g
	:: else
	fi;
#endif
#ifdef ANSWER_PASSES_BY
	claim(g, IS_ON_ITS_WAY, false);
#else
	claim(g, IS_ON_ITS_WAY, true);
#endif
	if
	:: ok && was == SENT ->
#ifndef WRITE_BEFORE_CLAIM
		write_outcome(kind, g);
#endif
		hold(backup)
	:: ok && was == ABANDONED ->
		deliver(g);
		word = WITH_STATE(word, DONE);
		release()
	:: else ->
		// Only a second answer may be nobody's, where the first must not get lost.
		assert(!waits[g] || answered[g])
	fi;
	answered[g] = 1
}

// The connection is lost: end or let go of what went over it. Calls go over the next one.
inline sweep() {
	connection = 2;
	w = word;
	g = GENERATION(w);
	kind = STATE(w);
	if
	:: connection_of_try == 1 && (kind == PENDING || kind == SENT) -> fail(g)
	:: connection_of_try == 1 && kind == ABANDONED -> let_go(g)
	:: else
	fi
}

proctype reader() {
	short w;
	byte g;
	byte conn;
	byte kind;
	byte was;
	bit backup;
	bit ok;
	bit last;
end:
	do
	:: answers?g, conn, kind, backup ->
		if
		:: conn == connection && conn == connection_of_try -> on_answer()
		:: else
		fi;
		atomic { w = 0; g = 0; conn = 0; kind = 0; was = 0; backup = 0; ok = 0 }
	:: connection == 1 ->
		sweep();
		atomic { w = 0; g = 0; kind = 0; was = 0; ok = 0 }
	od
}

#if BACKUPS
proctype acknowledger() {
	short w;
	byte g;
	bit ok;
	bit complete;
end:
	do
	:: acknowledgements?g ->
		do
		::
			w = word;
			if
			:: GENERATION(w) == g && SEEN(w) == 0 &&
			   (STATE(w) == SENT || STATE(w) == CLAIMED || STATE(w) == HELD) ->
				complete = (STATE(w) == HELD);
				if
				:: complete -> cas(w, WITH_STATE(w, CLAIMED) + ONE_SEEN)
				:: else -> cas(w, w + ONE_SEEN)
				fi;
				if
				:: ok && complete -> set_state(DONE); break
				:: ok && !complete -> break
				:: else
				fi
			:: else -> break
			fi
		od;
		atomic { w = 0; g = 0; ok = 0; complete = 0 }
	od
}

// Ends the wait for an acknowledgement that does not come.
proctype ticker() {
	short w;
	bit ok;
end:
	do
	:: STATE(word) == HELD ->
		w = word;
		if
		:: STATE(w) == HELD ->
			cas(w, WITH_STATE(w, CLAIMED));
			if
			:: ok -> set_state(DONE)
			:: else
			fi
		:: else
		fi;
		atomic { w = 0; ok = 0 }
	od
}
#endif

init {
	atomic {
		run caller();
		run writer();
		run member();
		run reader();
#if BACKUPS
		run acknowledger();
		run ticker()
#endif
	}
}
