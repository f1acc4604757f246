/* Sleep and wake: two writers, two sleepers, one data word D, one flag word W.
 *
 *   W   bit 0: somebody sleeps or is about to   bits 1-7: token, grows at every registration and every clearing
 *
 * Each labelled statement is one access to shared memory, or one system call: between any two of them anything may
 * happen. Time: without -DTIMEOUTS a sleep ends by a wake-up only.
 *
 * -DCRASHES=n      up to n writers die, each at any step
 * -DTIMEOUTS       a sleep may also end by its time-out
 * -DMUTANT_...     a broken protocol, which must fail: see README.md
 */

#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef FIRST
#define FIRST  2                /* publications by the first writer, and by the second */
#endif
#ifndef SECOND
#define SECOND 1
#endif
#define WRITERS  2
#define SLEEPERS 2
#define NOBODY   255

byte D = 0;                     /* never has the same value twice */
byte W = 0;

bool asleep[SLEEPERS];          /* the kernel's queue on D */
byte expects[SLEEPERS];         /* ghost: the value each sleeper has seen */

byte crashes = 0;
byte finished = 0;              /* writers that returned or died */
bool over = false;               /* the run has ended: nothing moves any more */
byte delivered = 0;             /* ghost: the newest value whose writer returned from its wake-up */

#ifdef MUTANT_REGISTER_ONCE
#define REGISTERED registered = true
#else
#define REGISTERED skip
#endif
#define DIE   atomic { crashes < CRASHES -> crashes++; goto dead }
#define wake_all() asleep[0] = false; asleep[1] = false

proctype Writer(byte left) {
  byte w, mine;

  do
  :: left == 0 -> break
  :: left > 0 ->
#ifndef MUTANT_LATE_TOKEN
before:   if :: w = W                                                                  :: DIE fi;
#endif
publish:  if :: atomic { D++; mine = D }                                               :: DIE fi;
#ifdef MUTANT_LATE_TOKEN
          if :: w = W                                                                  :: DIE fi;
#endif
#ifdef MUTANT_CLEAR_BEFORE_WAKE
look:     if :: atomic { (W & 1) == 0 -> goto published } :: (W & 1) == 1              :: DIE fi;
clear:    if :: atomic { if :: W == w && (w & 1) -> W = (w + 2) & 254 :: else fi }     :: DIE fi;
wake:     if :: atomic { wake_all() }                                                  :: DIE fi;
#else
look:     if
          :: atomic { (W & 1) == 0 -> goto published }
          :: (W & 1) == 1
          :: DIE
          fi;
#ifndef MUTANT_NO_WAKE
wake:     if :: atomic { wake_all() }                                                  :: DIE fi;
#endif
#ifdef MUTANT_CLEAR_WITHOUT_TOKEN
clear:    if :: atomic { W = (W + 2) & 254 }                                           :: DIE fi;
#else
clear:    if :: atomic { if :: W == w && (w & 1) -> W = (w + 2) & 254 :: else fi }     :: DIE fi;
#endif
#endif
published:
          atomic { if :: mine > delivered -> delivered = mine :: else fi; left--; w = 0; mine = 0 }
  od;
dead:
  atomic { finished++; w = 0; mine = 0; left = 0 }
}

proctype Sleeper(byte i) {
  byte old = 0;
#ifdef MUTANT_REGISTER_ONCE
  bool registered = false;
#endif

#ifdef MUTANT_REGISTER_ONCE
again:    if :: !registered :: registered -> goto look fi;
#endif
register: if :: atomic { W = (W + 2) | 1; REGISTERED } fi;
look:     if :: D != old -> goto next :: D == old fi;
#ifdef MUTANT_NO_COMPARE
futex:    if :: atomic { asleep[i] = true } fi;
#else
futex:    if :: atomic { D == old -> asleep[i] = true } :: D != old -> goto next fi;
#endif
sleep:    if
          :: !asleep[i]
#ifdef TIMEOUTS
          :: atomic { asleep[i] && D != old -> asleep[i] = false }
#endif
          :: atomic { asleep[i] && over -> goto done }
          fi;
next:     if :: atomic { old = D; expects[i] = old } fi;   /* compare; the user takes what it finds and waits for more */
#ifdef MUTANT_REGISTER_ONCE
          goto again;
#else
          goto register;
#endif
done:
  skip
}

/* Stands at the end of every run: when nothing moves any more. */
proctype Judge() {
  timeout;
  d_step {
    assert(finished == WRITERS);
    /* Whoever sleeps has seen every value whose writer returned. */
    assert(!asleep[0] || expects[0] >= delivered);
    assert(!asleep[1] || expects[1] >= delivered);
    /* Without deaths, or with time-outs, that is every value. */
#if CRASHES == 0 || defined(TIMEOUTS)
    assert(expects[0] == D && expects[1] == D);
#endif
    over = true
  }
}

init {
  atomic {
    run Writer(FIRST); run Writer(SECOND);
    run Sleeper(0); run Sleeper(1);
    run Judge()
  }
}
