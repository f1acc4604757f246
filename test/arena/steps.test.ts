import { describe, expect, test } from '@jest/globals'
import { binding } from '../../ts/native/binding'
import { crashAtEveryStep, crashTwiceAtEveryStep, preemptAtEveryStep } from '../instruments/steps'
import { die, ProbeOpeners } from '../support/probe-openers'
import type { Probe } from '../support/probe-region'

const natives = [binding]

const openers = new ProbeOpeners()

/** Two openers of one new region; one of them is going to die. */
function scene(prepare: (dying: Probe, other: Probe) => void = () => undefined) {
  openers.fresh()
  const dying = openers.open()
  const other = openers.open()
  prepare(dying, other)
  return { dying, other, dies: () => die(dying) }
}

/** What the next opener finds, once it has buried whom it finds dead. */
function expectWhole(): void {
  expect(openers.open().problems()).toEqual([])
}

const SMALL = 3
const FULL_RUN = 2000 // granules: runs of few blocks, magazines of one
const LARGE = 5000

const operations: Record<string, { prepare?: (probe: Probe, other: Probe) => void; op: (probe: Probe) => void }> = {
  'the first block of a class': { op: (probe) => probe.put(0, SMALL) },
  'a block from the magazine': { prepare: (probe) => probe.put(1, SMALL), op: (probe) => probe.put(0, SMALL) },
  'another block of the same size in its place': { prepare: (probe) => probe.put(0, SMALL), op: (probe) => probe.put(0, SMALL) },
  'a block of another class in its place': { prepare: (probe) => probe.put(0, SMALL), op: (probe) => probe.put(0, 40) },
  nothing: { prepare: (probe) => probe.put(0, SMALL), op: (probe) => probe.put(0, 0) },
  'a block whose magazine is full': {
    prepare: (probe) => fill(probe, FULL_RUN),
    op: (probe) => {
      for (let i = 0; i < 4; i++) probe.put(i, 0)
    },
  },
  'a block that another opener gave back': {
    prepare: (_, other) => {
      fill(other, FULL_RUN)
      for (let i = 0; i < 8; i++) other.put(i, 0)
    },
    op: (probe) => probe.put(0, FULL_RUN),
  },
  'a large block': { op: (probe) => probe.put(0, LARGE) },
  'a larger block for a large one': { prepare: (probe) => probe.put(0, LARGE), op: (probe) => probe.put(0, LARGE * 2) },
  'nothing for a large block between others': {
    prepare: (probe) => {
      for (let i = 0; i < 3; i++) probe.put(i, LARGE)
      probe.put(0, 0)
    },
    op: (probe) => {
      probe.put(2, 0)
      probe.put(1, 0)
    },
  },
}

function fill(probe: Probe, granules: number): void {
  for (let i = 0; i < 8; i++) probe.put(i, granules)
}

describe('a death while an opener publishes', () => {
  test.each(Object.entries(operations))('%s leaves every block in one place', (_, { prepare, op }) => {
    const steps = crashAtEveryStep(
      () => {
        const { dying, dies } = scene(prepare)
        return { op: () => op(dying), die: dies, check: expectWhole }
      },
      { natives },
    )
    expect(steps).toBeGreaterThan(3)
  })

  // Each death times each death of its undertaker: the operations whose burials differ.
  test.each(['another block of the same size in its place', 'a block whose magazine is full', 'a larger block for a large one'])(
    '%s can be buried by one who dies over it',
    (name) => {
      const { prepare, op } = operations[name]!
      const { repairSteps } = crashTwiceAtEveryStep(
        () => {
          const { dying, other, dies } = scene(prepare)
          const { undertaker, slot } = other.region.lease
          return {
            op: () => op(dying),
            repair: () => undertaker.tryBury(dying.region.lease.slot, slot),
            die: (whose) => (whose === 'operation' ? dies() : die(other)),
            check: expectWhole,
          }
        },
        { natives, steps: ['store'] },
      )
      expect(repairSteps).toBeGreaterThan(20)
    },
  )

  test.each(Object.entries(operations))('%s lets another opener publish a block at every step, or wait in vain', (_, { prepare, op }) => {
    preemptAtEveryStep(
      () => {
        const { dying, other } = scene(prepare)
        return {
          op: () => op(dying),
          other: () => attempt(() => other.put(9, SMALL)),
          check: ({ otherResult }) => {
            expect(['done', 'ERR_LOCK_TIMEOUT']).toContain(otherResult)
            expectWhole()
          },
        }
      },
      { natives },
    )
  })
})

function attempt(action: () => unknown): string {
  try {
    action()
    return 'done'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
