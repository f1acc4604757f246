import { describe, expect, test } from '@jest/globals'
import { OpenerSlot } from '../../ts/arena/opener-slot'
import { FormatError } from '../../ts/errors'
import { binding } from '../../ts/native/binding'
import { JOURNAL_CAPACITY, Journal } from '../../ts/sync/journal'
import { crashAtEveryStep, crashTwiceAtEveryStep, preemptAtEveryStep } from '../instruments/steps'
import { thrownBy } from '../support/errors'
import { die, ProbeOpeners } from '../support/probe-openers'
import { type Probe, ProbeHeader, probeFormat } from '../support/probe-region'

const natives = [binding]
const openers = new ProbeOpeners()

const dieOf = (probe: Probe) => () => die(probe)

describe('a section under a mutex', () => {
  test('counts once or not at all when its owner dies in it, and the next one goes on', () => {
    const steps = crashAtEveryStep(
      () => {
        openers.fresh()
        const dying = openers.open()
        const heir = openers.open()
        return {
          op: () => dying.increment(),
          die: dieOf(dying),
          check: () => {
            heir.increment()
            const [first, last] = heir.pair
            expect(first).toBe(last)
            expect([1, 2]).toContain(first)
          },
        }
      },
      { natives },
    )
    expect(steps).toBeGreaterThanOrEqual(5)
  })

  test('is buried by one who dies at any store of that', () => {
    const { repairSteps } = crashTwiceAtEveryStep(
      () => {
        openers.fresh()
        const [dying, undertaker, heir] = [openers.open(), openers.open(), openers.open()]
        return {
          op: () => dying.increment(),
          repair: () => undertaker.region.lease.undertaker.tryBury(dying.region.lease.slot, undertaker.region.lease.slot),
          die: (whose) => (whose === 'operation' ? dieOf(dying)() : dieOf(undertaker)()),
          check: () => {
            heir.increment()
            const [first, last] = heir.pair
            expect([first === last, first === 1 || first === 2]).toEqual([true, true])
          },
        }
      },
      { natives },
    )
    expect(repairSteps).toBeGreaterThan(5)
  })

  test('keeps others out at every step of a living owner', () => {
    preemptAtEveryStep(
      () => {
        openers.fresh()
        const [owner, other] = [openers.open(), openers.open()]
        return {
          op: () => owner.increment(),
          other: () => codeOf(() => other.increment()),
          check: ({ otherResult }) => expect(owner.pair).toEqual(otherResult === 'done' ? [2, 2] : [1, 1]),
        }
      },
      { natives },
    )
  })

  test('that its thread was thrown out of is finished or undone before the next change of that thread', () => {
    crashAtEveryStep(
      () => {
        openers.fresh()
        const probe = openers.open()
        return {
          op: () => probe.increment(),
          check: () => {
            probe.increment() // alive, with its slot and its bytes
            const [first, last] = probe.pair
            expect([first === last, first === 1 || first === 2]).toEqual([true, true])
          },
        }
      },
      { natives },
    )
  })

  test('that its thread was thrown out of is finished or undone when the event loop comes round', () => {
    crashAtEveryStep(
      () => {
        openers.fresh()
        const [probe, other] = [openers.open(), openers.open()]
        return {
          op: () => probe.increment(),
          check: () => {
            probe.region.lease.attend()
            other.increment()
            expect(other.pair[0]).toBe(other.pair[1])
          },
        }
      },
      { natives },
    )
  })

  test('gives its error, and nothing else, to who abandons it', () => {
    openers.fresh()
    const [probe, other] = [openers.open(), openers.open()]
    const mutex = probe.mutex()
    const { lease, memory, place } = probe.region
    const fail = () => {
      lease.begin()
      try {
        mutex.acquire()
        memory.front[place.header / 4 + ProbeHeader.index.first] = 77
        throw new Error('in the middle')
      } catch (error) {
        lease.abandon()
        throw error
      }
    }
    expect(thrownBy(fail).message).toBe('in the middle')
    expect(other.pair).toEqual([0, 0])
    other.increment()
    probe.increment()
    expect(other.pair).toEqual([2, 2])
  })

  test('is refused while what it protects cannot be made whole, and allowed again when it can', () => {
    openers.fresh()
    let broken = true
    const format = probeFormat({
      recover: () => {
        if (broken) throw new FormatError('ERR_CORRUPT', 'still broken')
      },
    })
    const [dying, heir] = [openers.open(format), openers.open(format)]
    dying.region.lease.begin()
    dying.mutex().acquire()
    dieOf(dying)()
    for (let i = 0; i < 3; i++) expect(thrownBy(() => heir.increment())).toMatchObject({ code: 'ERR_CORRUPT', message: 'still broken' })
    broken = false
    heir.increment()
    expect(heir.pair).toEqual([1, 1])
  })
})

describe('two mutexes at once', () => {
  test('are both given up when their owner dies, wherever', () => {
    crashAtEveryStep(
      () => {
        openers.fresh()
        const [dying, heir] = [openers.open(), openers.open()]
        const both = (probe: Probe) => {
          const [outer, inner] = [probe.mutex('mutex', 0), probe.mutex('second', 1)]
          probe.region.lease.begin()
          outer.acquire()
          inner.acquire()
          inner.release()
          outer.release()
          probe.region.lease.end()
        }
        return { op: () => both(dying), die: dieOf(dying), check: () => both(heir) }
      },
      { natives },
    )
  })
})

describe('a journal', () => {
  function journalOf(probe: Probe): Journal {
    const { memory, slots, lease } = probe.region
    return new Journal(memory, slots.at(lease.slot) + OpenerSlot.index.journal)
  }

  function change({ region }: Probe, journal: Journal, value: number): void {
    const word = region.place.header / 4 + ProbeHeader.index.published
    region.lease.begin()
    journal.begin()
    for (let i = 0; i < 4; i++) journal.set((word + i) >>> 1, ((word + i) & 1) as 0 | 1, value)
    journal.commit()
    region.lease.end()
  }

  test('changes all of its words or none, whenever its opener dies', () => {
    const seen = new Set<string>()
    crashAtEveryStep(
      () => {
        openers.fresh()
        const [dying, heir] = [openers.open(), openers.open()]
        const journal = journalOf(dying)
        return {
          op: () => change(dying, journal, 5),
          die: dieOf(dying),
          check: () => {
            heir.region.lease.undertaker.tryBury(dying.region.lease.slot, heir.region.lease.slot)
            const values = [0, 1, 2, 3].map((i) => heir.published(i))
            expect([
              [0, 0, 0, 0],
              [5, 5, 5, 5],
            ]).toContainEqual(values)
            seen.add(String(values))
          },
        }
      },
      { natives },
    )
    expect(seen.size).toBe(2)
  })

  test('gives back what is staged, and forgets it when another begins', () => {
    openers.fresh()
    const probe = openers.open()
    const journal = journalOf(probe)
    const granule = (probe.region.place.header + ProbeHeader.offset.published) / 8
    journal.begin()
    journal.set(granule, 1, 42)
    expect([journal.peek(granule, 0), journal.peek(granule, 1)]).toEqual([0, 42])
    journal.set(granule, 1, 43)
    expect(journal.peek(granule, 1)).toBe(43)
    journal.begin()
    expect(journal.peek(granule, 1)).toBe(0)
  })

  test('refuses more words than it holds, and counts that cannot be', () => {
    openers.fresh()
    const probe = openers.open()
    const journal = journalOf(probe)
    journal.begin()
    for (let i = 0; i < JOURNAL_CAPACITY; i++) journal.set(1, 0, 0)
    expect(thrownBy(() => journal.set(1, 0, 0))).toBeInstanceOf(RangeError)
    const { slots, lease, memory } = probe.region
    memory.front[slots.at(lease.slot) + OpenerSlot.index.journal] = JOURNAL_CAPACITY + 1
    expect(thrownBy(() => journal.redo())).toMatchObject({ code: 'ERR_CORRUPT' })
    memory.front[slots.at(lease.slot) + OpenerSlot.index.journal] = 0
  })
})

function codeOf(action: () => unknown): string {
  try {
    action()
    return 'done'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
