import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { census } from '../../ts/arena/census'
import { ArenaHeader, BIN_COUNT, ClassHeader, Intent } from '../../ts/arena/layouts'
import { OpenerSlot } from '../../ts/arena/opener-slot'
import { freeEntry, largeEntry, smallEntry } from '../../ts/arena/page-table'
import { CLASS_COUNT, CLASS_SIZES, classOf, PAGE_BYTES, PAGE_GRANULES, PANE_PAGES } from '../../ts/arena/size-class'
import { openRegion, regionOver } from '../../ts/region/open-region'
import { arenaPlaceOf, type Region } from '../../ts/region/region'
import { RegionState, Superblock } from '../../ts/region/superblock'
import { Lease } from '../../ts/sync/lease'
import { ownerWord } from '../../ts/sync/owner-word'
import { thrownBy } from '../support/errors'
import { Probe, probeBuffer, probeFormat, probeOver } from '../support/probe-region'
import { atTestEnd } from '../support/temp'

const LARGE = 5000
const SMALL = 2000
const CLASS = classOf(SMALL)

const open: Region[] = []

afterEach(() => {
  for (const region of open.splice(0)) {
    region.lease.forget()
    region.memory.backing.close()
  }
})

function opened(buffer: SharedArrayBuffer): Probe {
  const region = probeOver(buffer, { lockTimeout: 0 })
  open.push(region)
  return new Probe(region)
}

/** A region that was in use, its words, and where everything lies in it. */
function scene() {
  const buffer = probeBuffer()
  const probe = new Probe(probeOver(buffer))
  for (const [index, granules] of [3, SMALL, LARGE].entries()) probe.put(index, granules)
  const { place } = probe.region
  probe.region.close()
  const words = new Int32Array(buffer)
  const arena = place.arena / 4
  const slot = place.slots / 4
  return {
    buffer,
    words,
    place,
    arena,
    slot,
    table: place.table / 4,
    intent: slot + OpenerSlot.index.intent,
    journal: slot + OpenerSlot.index.journal,
    class: arena + ArenaHeader.index.classes + (CLASS * ClassHeader.byteLength) / 4,
    end: words[arena + ArenaHeader.index.end]!,
  }
}

function corrupt(message: RegExp) {
  return { name: 'FormatError', code: 'ERR_CORRUPT', message: expect.stringMatching(message) }
}

describe('a superblock', () => {
  test('in a state that there is not is refused', () => {
    const { buffer, words } = scene()
    words[Superblock.index.state] = 7
    expect(thrownBy(() => opened(buffer))).toMatchObject(corrupt(/state 7/))
  })

  test('that was left in a state that there is not is refused', () => {
    const { buffer, words } = scene()
    words[Superblock.index.rest] = 9
    expect(thrownBy(() => opened(buffer))).toMatchObject(corrupt(/left in state 9/))
  })

  test('of a region of another size is refused', () => {
    const { buffer } = scene()
    const shorter = new SharedArrayBuffer(buffer.byteLength - PAGE_BYTES)
    new Uint8Array(shorter).set(new Uint8Array(buffer, 0, shorter.byteLength))
    expect(thrownBy(() => opened(shorter))).toMatchObject(corrupt(/a region of 128 pages/))
  })

  test('that is none is left alone, whatever it says in the place of the state', () => {
    const words = new Int32Array(probeBuffer())
    words.fill(RegionState.DESTROYED)
    expect(thrownBy(() => opened(words.buffer as SharedArrayBuffer))).toMatchObject({ code: 'ERR_NOT_A_REGION' })
    expect(words.every((word) => word === RegionState.DESTROYED)).toBe(true)
  })

  test('needs room', () => {
    for (const length of [0, 1, PAGE_BYTES - 1])
      expect(thrownBy(() => regionOver(new SharedArrayBuffer(length), probeFormat()))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })
})

describe('a mutex', () => {
  test('in the name of a slot that there is not is refused, however impatient the opener', () => {
    const { buffer, words, arena } = scene()
    words[arena + ArenaHeader.index.lock] = ownerWord(1000, 0)
    const probe = opened(buffer)
    expect(thrownBy(() => probe.put(3, LARGE))).toMatchObject(corrupt(/slot 1000 of 3/))
    expect(probe.region.slots.held(probe.region.lease.slot, 3)).toBe(0)
  })
})

describe('mutexes', () => {
  test('that all name somebody who lives keep nobody from closing for longer than the time-out', () => {
    const { buffer, words, arena } = scene()
    const keeper = opened(buffer)
    const region = probeOver(buffer, { lockTimeout: 100 })
    const probe = new Probe(region)
    for (let sizeClass = 0; sizeClass < 30; sizeClass++) probe.put(3, CLASS_SIZES[sizeClass]!)
    for (let i = 0; i < CLASS_COUNT; i++)
      words[arena + ArenaHeader.index.classes + (i * ClassHeader.byteLength) / 4] = keeper.region.lease.owner
    const start = performance.now()
    region.close()
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('a journal', () => {
  /** As a dead opener left it. */
  function committed(target: (of: ReturnType<typeof scene>) => number, value: (of: ReturnType<typeof scene>) => number) {
    const made = scene()
    const { words, slot, journal } = made
    const word = target(made)
    words[slot]! |= 1
    words.set([1, word >>> 1, word & 1, value(made)], journal)
    return made
  }

  test('changes nothing in the superblock', () => {
    const { buffer, words, place } = committed(
      () => Superblock.index.pages,
      ({ place }) => place.mostPages,
    )
    words[Superblock.index.pages] = place.mostPages - 1
    expect(thrownBy(() => opened(buffer))).toMatchObject(corrupt(/granule 24 of the superblock/))
    expect(words[Superblock.index.pages]).toBe(place.mostPages - 1)
  })

  test('that has the arena begin behind its end is found out before it grows', () => {
    const { buffer, words, arena } = committed(
      (made) => made.arena + ArenaHeader.index.end,
      () => 1,
    )
    words.fill(0, arena + ArenaHeader.index.bins, arena + ArenaHeader.index.bins + BIN_COUNT)
    expect(thrownBy(() => opened(buffer).put(3, LARGE))).toMatchObject(corrupt(/the arena begins at page \d+, and ends at 1$/))
  })

  test('that has the arena end behind the last page that exists makes none of them exist', () => {
    const made = committed(
      ({ arena }) => arena + ArenaHeader.index.end,
      ({ place }) => place.mostPages,
    )
    const { words, place, arena, table, buffer } = made
    words[Superblock.index.pages] = made.end
    const behind = made.end
    words[table + behind] = freeEntry(1, false)
    words[arena + ArenaHeader.index.bins] = behind
    const probe = opened(buffer)
    expect(words[arena + ArenaHeader.index.end]).toBe(place.mostPages)
    expect(arenaPlaceOf(probe.region.memory, probe.region.place).table.holds(behind)).toBe(false)
  })
})

describe('a block', () => {
  test('that ends behind the arena is none', () => {
    const { buffer, words, table, slot, end } = scene()
    words[table + end - 1] = smallEntry(CLASS, 0)
    words[slot + OpenerSlot.index.magazines + CLASS * 2] = (end - 1) * PAGE_GRANULES
    words[slot + OpenerSlot.index.magazines + CLASS * 2 + 1] = 0
    expect(thrownBy(() => opened(buffer).put(3, SMALL))).toMatchObject(corrupt(/magazine/))
  })

  test('of a run that was never used and ends behind the arena is none', () => {
    const { buffer, words, table, slot, class: header, end } = scene()
    const first = (end - 4) * PAGE_GRANULES
    for (let page = 0; page < 4; page++) words[table + end - 4 + page] = smallEntry(0, page)
    const zero = header + ((0 - CLASS) * ClassHeader.byteLength) / 4
    words.fill(0, slot + OpenerSlot.index.magazines, slot + OpenerSlot.index.magazines + 2)
    words[zero + ClassHeader.index.head] = 0
    words[zero + ClassHeader.index.fresh] = first + 4 * PAGE_GRANULES - CLASS_SIZES[0]!
    words[zero + ClassHeader.index.freshEnd] = -1
    expect(thrownBy(() => opened(buffer).put(3, 1))).toMatchObject(corrupt(/list of free blocks of class 0/))
  })

  test('and no run reaches from one pane into the next', () => {
    const path = `/dev/shm/mmap-io.corrupt-${process.pid}`
    atTestEnd(() => rmSync(path, { force: true }))
    const region = openRegion(path, probeFormat(), { maxSize: 2 ** 31, openers: 3 })
    const { place } = region
    region.close()
    const fd = openSync(path, 'r+')
    atTestEnd(() => closeSync(fd))
    const set = (index: number, ...values: number[]) => writeSync(fd, Int32Array.from(values), 0, values.length * 4, index * 4)
    ftruncateSync(fd, (PANE_PAGES + 64) * PAGE_BYTES)
    set(Superblock.index.pages, PANE_PAGES + 64)
    set(place.arena / 4 + ArenaHeader.index.end, PANE_PAGES + 64)
    set(place.table / 4 + PANE_PAGES - 2, smallEntry(CLASS, 0), smallEntry(CLASS, 1), smallEntry(CLASS, 2))
    set(place.table / 4 + PANE_PAGES - 20, freeEntry(40, false))
    set(place.table / 4 + PANE_PAGES - 60, largeEntry(61))
    const again = openRegion(path, probeFormat())
    open.push(again)
    const { table } = arenaPlaceOf(again.memory, again.place)
    expect(table.isSmall((PANE_PAGES - 2) * PAGE_GRANULES, CLASS)).toBe(false)
    expect(table.isRun(PANE_PAGES - 20)).toBe(false)
    expect(thrownBy(() => again.arena.capacity((PANE_PAGES - 60) * PAGE_GRANULES))).toMatchObject(corrupt(/no block of the arena/))
  })
})

describe('a count of the arena ends', () => {
  test('when a large block is owed again and again', () => {
    const { buffer, words, table, intent, end } = scene()
    const probe = opened(buffer)
    const block = (end - 1) * PAGE_GRANULES
    words[table + end - 1] = largeEntry(1)
    words[block * 2] = block
    words[intent + Intent.index.debt] = block
    expect(problemsOf(probe)).toContain(`the large block ${block} is owed twice`)
  })

  test('when a run that was never used has no end', () => {
    const { buffer, words, class: header, place } = scene()
    const probe = opened(buffer)
    words[header + ClassHeader.index.fresh] = place.firstPage
    words[header + ClassHeader.index.freshEnd] = -1
    expect(problemsOf(probe).length).toBeLessThan(100)
  })
})

function problemsOf({ region }: Probe): readonly string[] {
  return census(arenaPlaceOf(region.memory, region.place), region.slots).problems
}

describe('an opening that fails', () => {
  test('for the debts of its slot keeps no lease', () => {
    const forget = jest.spyOn(Lease.prototype, 'forget')
    atTestEnd(() => forget.mockRestore())
    const { buffer, words, intent } = scene()
    forget.mockClear()
    words[intent + Intent.index.debt] = 1
    expect(thrownBy(() => opened(buffer))).toMatchObject(corrupt(/granule 1$/))
    expect(forget).toHaveBeenCalledTimes(1)
    words[intent + Intent.index.debt] = 0
    expect(opened(buffer).put(3, SMALL)).toBe(true)
  })
})
