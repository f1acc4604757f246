/* Lease, mutex, intent and burial: three processes, of which any may die anywhere.
 *
 * Each STEP is one access to shared memory or one system call, and its label is the one that README.md sets beside the
 * step of the protocol. Ahead of every step a process may die, or be terminated inside (the operation ends there, the
 * process lives on with its lease), as long as the budget of such events lasts. All words are sequentially consistent.
 *
 *   owner word   bit 0 WAITERS | bit 1 DIRTY | bits 2-3 slot+1 (0 = free) | bits 4-7 generation
 *   slot word    bit 0 LIVE | bits 1-7 generation
 *
 * Bounds, and what each run turns on (README.md has the runs and the mutants):
 *   ATTEMPTS sections by each opener, CRASHES deaths, RESTARTS dead processes that open again, TERMINATIONS operations
 *   ended inside, GIVEUPS lockTimeouts, SUSPICIONS first looks that found an alive owner dead; MUTEXES 1 or 2, and
 *   ROLES: who takes which is fixed; OPENERS: everyone begins by opening; TAKEOVER: the undertaker makes the owner
 *   words its own first; NO_TIMEOUTS: sleeping is modelled, and only a wake-up ends it
 */

#ifndef ATTEMPTS
#define ATTEMPTS 1
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef RESTARTS
#define RESTARTS 0
#endif
#ifndef TERMINATIONS
#define TERMINATIONS 0
#endif
#ifndef GIVEUPS
#define GIVEUPS 0
#endif
#ifndef SUSPICIONS
#define SUSPICIONS 0
#endif
#ifndef MUTEXES
#define MUTEXES 1
#endif
#ifndef SLOTS
#define SLOTS 3
#endif

#define PROCESSES 3
#define NO_SLOT   7

#define WAITERS 1
#define DIRTY   2
#define LIVE    1
#define OWNER(s, g)     ((((s) + 1) << 2) | ((g) << 4))
#define HOLDER(w)       ((w) & 252)                 /* slot and generation */
#define SLOT_OF(w)      ((((w) >> 2) & 3) - 1)
#define GENERATION_OF(w) ((w) >> 4)
#define SLOT_WORD(g)    (((g) << 1) | LIVE)
#define NEXT_FREE(v)    ((((v) >> 1) + 1) << 1)     /* generation + 1, state FREE: one store */

#define NONE      0
#define BEGUN     1                                 /* undo */
#define COMMITTED 2                                 /* redo */

/* Shared memory. */
byte owner[MUTEXES];
byte slot[SLOTS];                                   /* the slot words */
byte identity[SLOTS];                               /* pid, tid, start time */
byte held[SLOTS * MUTEXES];                         /* mutex + 1, by level */
byte intent[SLOTS];                                 /* state */
byte intent_words[SLOTS];                           /* which data words */
byte intent_old[SLOTS * 2];
byte data[2];
#define HELD(s, k) held[(s) * MUTEXES + (k)]

/* The kernel: who has which byte locked (process + 1), who is dead, who sleeps on which mutex (mutex + 1). */
byte slot_byte[SLOTS];
byte bury_byte;
bool dead[PROCESSES * (1 + RESTARTS) + 1];          /* by identity: it takes no step any more */
bool exiting[PROCESSES * (1 + RESTARTS) + 1];       /* and /proc still shows it so (PF_EXITING); its bytes are still locked */
#ifdef NO_TIMEOUTS
byte asleep[PROCESSES];
#endif

/* Budgets and ghosts: no process looks at these. */
byte crashes, restarts, terminations, giveups, suspicions, ended;
byte done[2];                                       /* how often each data word was changed, by what was published */
byte inside[MUTEXES];                               /* identity inside */
byte used[SLOTS];                                   /* generations that an opener has had */

/* One mutex guards both data words, or each its own. */
#if MUTEXES == 1
#define GUARD(word) 0
#else
#define GUARD(word) (word)
#endif

#define FORGET  left = 0; words = 0; level = 0; m = 0; w = 0; s = 0; v = 0; k = 0; h = 0; state = 0; waited = 0; mine = 0
#define DIE     crashes < CRASHES -> crashes++; dead[id] = true; exiting[id] = true; FORGET; me = NO_SLOT; goto died
#define STOP    me != NO_SLOT && terminations < TERMINATIONS -> terminations++; goto terminated
#if TERMINATIONS > 0
#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { DIE } :: atomic { STOP } fi
#else
#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { DIE } fi
#endif

#ifdef NO_TIMEOUTS
/* The kernel wakes one, and nobody knows which. */
#define WAKE_ONE(mutex, word) \
  STEP(if \
       :: ((word) & WAITERS) && asleep[0] == (mutex) + 1 -> asleep[0] = 0 \
       :: ((word) & WAITERS) && asleep[1] == (mutex) + 1 -> asleep[1] = 0 \
       :: ((word) & WAITERS) && asleep[2] == (mutex) + 1 -> asleep[2] = 0 \
       :: else \
       fi)
#else
#define WAKE_ONE(mutex, word) skip                  /* with time-outs a wake-up only shortens a sleep */
#endif

/* Free, by one CAS from the word as it is: only WAITERS may have come in since. */
#define FREE_WORD(mutex) w = owner[mutex]; owner[mutex] = 0; inside[mutex] = 0

#ifdef MUTANT_REDO_ADDS
#define REDO(x, word) data[word] = data[word] + 1
#else
#define REDO(x, word) data[word] = intent_old[(x) * 2 + (word)] + 1
#endif
#define UNDO(x, word) data[word] = intent_old[(x) * 2 + (word)]

/* Make whole what slot x began. The owner words still name x: nobody else is inside. Then, and not later, forget it. */
inline settle(x) {
  STEP(state = intent[x]);
  if
  :: state == NONE
  :: else ->
    STEP(if
         :: state == BEGUN && (intent_words[x] & 1) -> UNDO(x, 0)
         :: state == COMMITTED && (intent_words[x] & 1) -> REDO(x, 0)
         :: else
         fi);
    STEP(if
         :: state == BEGUN && (intent_words[x] & 2) -> UNDO(x, 1)
         :: state == COMMITTED && (intent_words[x] & 2) -> REDO(x, 1)
         :: else
         fi);
#ifndef MUTANT_INTENT_CLEARED_LAST
    STEP(intent[x] = NONE; state = 0)
#else
    state = 0
#endif
  fi
}

/* At the end of a run, as the next undertaker would: what the dead left must become whole. */
inline judge() {
  s = 0;
  do
  :: s < SLOTS ->
    if
    :: slot[s] & LIVE ->
      assert(dead[identity[s]]);
      if
      :: intent[s] == BEGUN && (intent_words[s] & 1) -> UNDO(s, 0)
      :: intent[s] == COMMITTED && (intent_words[s] & 1) -> REDO(s, 0)
      :: else
      fi;
      if
      :: intent[s] == BEGUN && (intent_words[s] & 2) -> UNDO(s, 1)
      :: intent[s] == COMMITTED && (intent_words[s] & 2) -> REDO(s, 1)
      :: else
      fi
    :: else -> assert(intent[s] == NONE)
    fi;
    s++
  :: else -> break
  od;
  assert(data[0] == done[0] && data[1] == done[1]);
  m = 0;
  do
  :: m < MUTEXES ->
    if
    :: HOLDER(owner[m]) ->                          /* still held: by a dead opener that wrote it down */
      s = SLOT_OF(owner[m]);
      assert(slot[s] == SLOT_WORD(GENERATION_OF(owner[m])));
#if MUTEXES == 1
      assert(HELD(s, 0) == m + 1)
#else
      assert(HELD(s, 0) == m + 1 || HELD(s, 1) == m + 1)
#endif
    :: else
    fi;
    m++
  :: else -> break
  od;
  s = 0; m = 0
}

proctype Process(byte i) {
  byte id = i + 1;                                  /* pid and start time: new at every restart */
  byte me = NO_SLOT;
  byte mine;                                        /* my owner word */
  byte left, words, level, m, w, s, v, k, h, state;
  bit waited;

  left = ATTEMPTS;
#ifndef OPENERS
  /* Begin with the lease taken: init wrote it. */
  me = i; mine = OWNER(i, 0);
  goto work;
#endif

/* ---- OPEN */
open_lock:
  STEP(if
       :: slot_byte[0] == 0 -> s = 0
#if SLOTS > 1
       :: slot_byte[1] == 0 -> s = 1
#endif
#if SLOTS > 2
       :: slot_byte[2] == 0 -> s = 2
#endif
       fi;
       slot_byte[s] = i + 1);
open_look:
  STEP(v = slot[s];
       if :: v & LIVE -> goto bury :: else fi);
open_identity:
  STEP(identity[s] = id);
open_publish:
  STEP(slot[s] = v | LIVE;
       /* never reused with an unburied mutex; an owner word means one opener */
       assert(SLOT_OF(owner[0]) != s || !HOLDER(owner[0]));
#if MUTEXES > 1
       assert(SLOT_OF(owner[1]) != s || !HOLDER(owner[1]));
       assert(HELD(s, 1) == 0);
#endif
       assert(HELD(s, 0) == 0 && intent[s] == NONE);
       assert(!(used[s] & (1 << (v >> 1))));
       used[s] = used[s] | (1 << (v >> 1));
       me = s; mine = OWNER(s, v >> 1); s = 0; v = 0);

/* ---- one operation: lock, change, unlock */
work:
  atomic {
    if :: left == 0 -> goto leave :: else -> left-- fi;
#if MUTEXES == 1
    words = 3;
#elif defined(ROLES)
    if :: i == 2 -> words = 2 :: else -> words = 3 fi;
#else
    if :: words = 1 :: words = 2 :: words = 3 fi;
#endif
    level = 0; m = 0;
    if :: words == 2 && MUTEXES > 1 -> m = 1 :: else fi
  };

/* ---- ACQUIRE(m) at held[level] */
acquire_record:
#ifndef MUTANT_RECORD_AFTER_CAS
  STEP(HELD(me, level) = m + 1);
#endif
acquire_cas:
  STEP(w = owner[m];
       if
       :: !HOLDER(w) ->
         owner[m] = mine | (w & DIRTY);
         if :: waited -> owner[m] = owner[m] | WAITERS :: else fi;
         assert(inside[m] == 0);                    /* mutual exclusion */
         inside[m] = id; w = 0; waited = 0;
         goto acquired
       :: else ->
         owner[m] = w | WAITERS; w = w | WAITERS    /* CAS WAITERS in: fails, and all begins anew, if the word changed */
       fi);
#ifdef NO_TIMEOUTS
acquire_sleep:
  STEP(if :: owner[m] == w -> asleep[i] = m + 1 :: else -> w = 0; goto acquire_cas fi);
acquire_woken:
  STEP(asleep[i] == 0 -> w = 0;
#ifndef MUTANT_NO_WAITERS_AFTER_SLEEP
       waited = 1;
#endif
       goto acquire_cas);
#else
acquire_sleep:
  /* Wakes every 5 ms and looks. A look that finds nothing changes nothing, so the model waits for one that does. */
  STEP(if
       :: owner[m] != w -> w = 0; goto acquire_cas
#ifdef MUTANT_LIVENESS_BY_TIMEOUT
       :: owner[m] == w -> s = SLOT_OF(w); goto bury
#else
       :: owner[m] == w && slot[SLOT_OF(w)] == SLOT_WORD(GENERATION_OF(w))
          && (slot_byte[SLOT_OF(w)] == 0 || exiting[identity[SLOT_OF(w)]]) -> s = SLOT_OF(w); goto bury
       :: suspicions < SUSPICIONS -> suspicions++; s = SLOT_OF(w); goto bury
#endif
       :: giveups < GIVEUPS -> giveups++; goto acquire_give_up
       fi);
acquire_give_up:
  w = 0;
  STEP(HELD(me, level) = 0);
  goto release_next;
#endif

acquired:
#ifdef MUTANT_RECORD_AFTER_CAS
  STEP(HELD(me, level) = m + 1);
#endif
#if MUTEXES > 1
  atomic { if :: words == 3 && level == 0 -> level = 1; m = 1; goto acquire_record :: else fi };
#endif

/* ---- the section: two words, one change */
section_intent:
  /* Words and old values are written first, while the state is NONE and nobody reads them; then the state. */
  STEP(assert(!(words & 1) || data[0] == done[0]);  /* whole, and every section counted once or not at all */
       assert(!(words & 2) || data[1] == done[1]);
       intent_words[me] = words;
       intent_old[me * 2] = data[0]; intent_old[me * 2 + 1] = data[1];
       if
       :: intent[me] = BEGUN
       :: intent[me] = COMMITTED;                   /* PUBLISH of a redo: from here on it happens */
          done[0] = done[0] + (words & 1); done[1] = done[1] + (words >> 1)
       fi);
section_first:
  STEP(if :: words & 1 -> data[0] = intent_old[me * 2] + 1 :: else fi);
section_second:
  STEP(if :: words & 2 -> data[1] = intent_old[me * 2 + 1] + 1 :: else fi);
#ifndef MUTANT_INTENT_OUTLIVES_MUTEX
section_end:
  STEP(if                                           /* PUBLISH of an undo */
       :: intent[me] == BEGUN -> done[0] = done[0] + (words & 1); done[1] = done[1] + (words >> 1)
       :: else
       fi;
       intent[me] = NONE);
#endif

/* ---- RELEASE, from the innermost */
release:
#ifdef MUTANT_UNRECORD_BEFORE_RELEASE
  STEP(HELD(me, level) = 0);
#endif
release_word:
  STEP(assert(HOLDER(owner[m]) == mine && inside[m] == id);
       FREE_WORD(m));
release_wake:
  WAKE_ONE(m, w);
  w = 0;
release_unrecord:
  STEP(HELD(me, level) = 0);
release_next:
  atomic { if :: level == 1 -> level = 0; m = 0; goto release :: else -> m = 0; words = 0 fi };
#ifdef MUTANT_INTENT_OUTLIVES_MUTEX
  STEP(if
       :: intent[me] == BEGUN -> done[0] = done[0] + 1; done[1] = done[1] + 1
       :: else
       fi;
       intent[me] = NONE);
#endif
  goto work;

/* ---- terminated inside; later: the next turn of the event loop, or step 0 of its next ACQUIRE */
terminated:
  atomic { words = 0; level = 0; m = 0; w = 0; s = 0; v = 0; k = 0; h = 0; state = 0; waited = 0 };
#if TERMINATIONS > 0
turn_bytes:
#ifndef MUTANT_TURN_KEEPS_BYTES
  STEP(if :: bury_byte == i + 1 -> bury_byte = 0 :: else fi;
       do
       :: s < SLOTS -> if :: s != me && slot_byte[s] == i + 1 -> slot_byte[s] = 0 :: else fi; s++
       :: else -> s = 0; break
       od);
#endif
turn_settle:
  settle(me);
turn_mutex:
  STEP(h = HELD(me, k));
  if :: h == 0 -> goto turn_next :: else fi;
turn_free:
  STEP(if :: HOLDER(owner[h - 1]) == mine -> assert(inside[h - 1] == id); FREE_WORD(h - 1) :: else fi);
turn_wake:
  WAKE_ONE(h - 1, w);
  w = 0;
turn_unrecord:
  STEP(HELD(me, k) = 0);
turn_next:
  atomic { h = 0; k++; if :: k < MUTEXES -> goto turn_mutex :: else -> k = 0 fi };
#endif
  goto work;

/* ---- BURY(s): a waiter that saw w, or an opener (me == NO_SLOT) that has the slot's byte and no slot yet */
bury:
#ifdef MUTANT_EITHER_BYTE
  /* As first written: the slot's byte, or the bury byte while the dead one is still exiting. */
  STEP(if
       :: slot_byte[s] == i + 1
       :: slot_byte[s] == 0 -> slot_byte[s] = i + 1
       :: slot_byte[s] && slot_byte[s] != i + 1 && bury_byte == 0 -> bury_byte = i + 1; k = 1
       :: me != NO_SLOT && owner[m] != w -> w = 0; s = 0; goto acquire_cas
       fi);
  if :: k == 1 -> k = 0; goto bury_look :: else -> k = 0 fi;
#else
  STEP(if
       :: bury_byte == 0 -> bury_byte = i + 1
       :: me != NO_SLOT && owner[m] != w -> w = 0; s = 0; goto acquire_cas
       fi);
bury_slot_byte:
  STEP(if
       :: slot_byte[s] == 0 -> slot_byte[s] = i + 1
       :: else                                      /* mine (an opener), or still exiting, or alive, or an opener's */
       fi);
#endif
bury_look:
  STEP(v = slot[s];
#ifndef MUTANT_NO_SECOND_LOOK
       if :: !(v & LIVE) || (me != NO_SLOT && v != SLOT_WORD(GENERATION_OF(w))) -> goto unbury :: else fi
#endif
      );
#ifndef MUTANT_LIVENESS_BY_TIMEOUT
  if :: slot_byte[s] == i + 1 -> goto bury_certain :: else fi;      /* a fact of mine: nobody can take it from me */
bury_identity:
  STEP(h = identity[s]);
bury_exiting:
  STEP(if
       :: dead[h] -> h = 0
       :: !exiting[h] -> h = 0; goto unbury         /* alive, or gone without a trace while an opener has the byte */
       fi);
bury_again:
  STEP(if :: slot[s] == v :: else -> goto unbury fi);
bury_certain:
#endif
#ifndef MUTANT_NO_SECOND_LOOK
  assert(slot[s] != v || dead[identity[s]]);        /* an alive opener is never buried */
#endif
#ifdef MUTANT_SLOT_FREED_FIRST
  STEP(slot[s] = NEXT_FREE(v));
#endif
#ifndef MUTANT_TAKEOVER_SETTLES_LATE
bury_settle:
  settle(s);
#endif
bury_mutex:
  STEP(h = HELD(s, k));
  if :: h == 0 -> goto bury_next :: else fi;
#ifdef TAKEOVER
  if :: me == NO_SLOT -> goto bury_free :: else fi;
#ifndef MUTANT_TAKEOVER_WITHOUT_RECORD
bury_record:                                        /* held[level] is what I wait for, and so do not hold: it is free for this */
  STEP(HELD(me, level) = h);
#endif
bury_take:
  STEP(if
       :: HOLDER(owner[h - 1]) == OWNER(s, v >> 1) ->
         assert(dead[inside[h - 1]]);
         owner[h - 1] = mine | DIRTY | WAITERS; inside[h - 1] = id
       :: else -> goto bury_next
       fi);
#ifdef MUTANT_TAKEOVER_SETTLES_LATE
  settle(s);
#endif
bury_give:
  STEP(assert(HOLDER(owner[h - 1]) == mine); owner[h - 1] = 0; inside[h - 1] = 0);
bury_give_wake:
  WAKE_ONE(h - 1, WAITERS);
  goto bury_next;
#endif
bury_free:
#ifdef MUTANT_NO_GENERATION_CHECK
  STEP(assert(!HOLDER(owner[h - 1]) || dead[inside[h - 1]]); owner[h - 1] = 0; inside[h - 1] = 0);
#else
  STEP(if
       :: HOLDER(owner[h - 1]) == OWNER(s, v >> 1) ->
         assert(dead[inside[h - 1]]);               /* an alive owner's mutex is never taken */
         owner[h - 1] = 0; inside[h - 1] = 0
       :: else
       fi);
#endif
bury_wake:
  WAKE_ONE(h - 1, WAITERS);
bury_next:
  atomic { h = 0; k++; if :: k < MUTEXES -> goto bury_mutex :: else -> k = 0 fi };
#ifdef MUTANT_INTENT_CLEARED_LAST
  STEP(intent[s] = NONE);
#endif
bury_unrecord:
  STEP(HELD(s, 0) = 0);
#if MUTEXES > 1
  STEP(HELD(s, 1) = 0);
#endif
#ifndef MUTANT_SLOT_FREED_FIRST
bury_publish:
  STEP(slot[s] = NEXT_FREE(v));
#endif
unbury:
#ifdef TAKEOVER
  if :: me != NO_SLOT -> STEP(HELD(me, level) = m + 1) :: else fi;
#endif
unbury_slot_byte:
  STEP(if :: me != NO_SLOT && slot_byte[s] == i + 1 -> slot_byte[s] = 0 :: else fi);
unbury_byte:
  STEP(if :: bury_byte == i + 1 -> bury_byte = 0 :: else fi);
  atomic { v = 0; w = 0; h = 0; if :: me == NO_SLOT -> goto open_look :: else -> s = 0; goto acquire_cas fi };

/* ---- LEAVE */
leave:
leave_free:
#ifdef MUTANT_LEAVE_KEEPS_GENERATION
  STEP(assert(HELD(me, 0) == 0 && intent[me] == NONE);
       used[me] = used[me] & ~(1 << GENERATION_OF(mine)); slot[me] = slot[me] & 254);
#else
  STEP(assert(HELD(me, 0) == 0 && intent[me] == NONE);
       slot[me] = NEXT_FREE(slot[me]));
#endif
leave_unlock:
  s = me;
  me = NO_SLOT;                                     /* not to be terminated any more: only to die */
  STEP(slot_byte[s] = 0);
  s = 0; mine = 0;
  if
  :: true -> goto end_process
  :: atomic { CRASHES > 0 && crashes < CRASHES -> crashes++; dead[id] = true; exiting[id] = true; goto end_process }
  fi;

/* ---- dead: no step of mine any more; some time later the kernel drops the bytes */
died:
  true;
  atomic {
    exiting[id] = false;
    if :: bury_byte == i + 1 -> bury_byte = 0 :: else fi;
    do
    :: s < SLOTS -> if :: slot_byte[s] == i + 1 -> slot_byte[s] = 0 :: else fi; s++
    :: else -> s = 0; break
    od
  };
  if
  :: atomic { restarts < RESTARTS -> restarts++; id = id + PROCESSES; left = 1; goto open_lock }
  :: true
  fi;
end_process:
  atomic { id = 0; ended++; if :: ended == PROCESSES -> judge() :: else fi }
}

init {
  atomic {
#ifndef OPENERS
    slot[0] = LIVE; identity[0] = 1; slot_byte[0] = 1; used[0] = 1;
    slot[1] = LIVE; identity[1] = 2; slot_byte[1] = 2; used[1] = 1;
    slot[2] = LIVE; identity[2] = 3; slot_byte[2] = 3; used[2] = 1;
#endif
    run Process(0); run Process(1); run Process(2)
  }
}
