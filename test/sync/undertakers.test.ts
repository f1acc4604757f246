import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Child } from '../instruments/crew'
import { crewOfTest } from '../instruments/crew-of-test'
import { thrownBy } from '../support/errors'
import { atTestEnd } from '../support/temp'
import { newMemoryName, PROGRAMS, removeMemory } from './deaths'
import { Ledger, PLACES, type Place } from './programs/ledger'
import type { Gravedigger } from './programs/undertaker'

const THOROUGH = process.env.MMAP_IO_TEST_ROUNDS !== undefined
/** Each step takes a process, and a burial has about a hundred: not all of them every time. */
const STRIDE = THOROUGH ? 1 : 4
const HANG = 300_000

/** A ledger, whose survivor is here; whoever dies inside does so here, too; undertakers are processes. */
class Scene {
  readonly path = newMemoryName()
  readonly survivor: Ledger
  readonly #crew = crewOfTest({ seconds: 60 })
  #members = 1

  constructor(lockTimeout: number) {
    atTestEnd(() => removeMemory(this.path))
    this.survivor = Ledger.open(this.path, 0, { lockTimeout })
    atTestEnd(() => this.survivor.close())
  }

  number(): number {
    return this.#members++
  }

  /** A process that has opened nothing yet: whoever opens, buries. */
  undertaker(): Child<Gravedigger> {
    return this.#crew.spawn(join(PROGRAMS, 'undertaker.ts'))
  }

  /** Gives the slot of somebody who is dead, and was inside. */
  async mourn(undertaker: Child<Gravedigger>, place: Place): Promise<number> {
    const holder = Ledger.open(this.path, this.number())
    const { slot } = holder.region.lease
    await undertaker.ask('open', this.path, this.number())
    holder.die(place)
    return slot
  }
}

async function stepsOf(place: Place): Promise<number> {
  const scene = new Scene(1000)
  const undertaker = scene.undertaker()
  return undertaker.ask('bury', await scene.mourn(undertaker, place), 0, 'die')
}

describe('a holder', () => {
  test(
    'that is killed ahead of any step of its section has done all of it, or nothing',
    async () => {
      const scene = new Scene(10_000)
      let next = scene.undertaker()
      await next.ask('open', scene.path, scene.number())
      const steps = await next.ask('section', 0)
      expect(steps).toBeGreaterThan(20)
      next = scene.undertaker()
      for (let step = 1; step <= steps; step += STRIDE) {
        const holder = next
        next = scene.undertaker()
        await holder.ask('open', scene.path, scene.number())
        await expect(holder.ask('section', step)).rejects.toThrow('SIGKILL')
        scene.survivor.section()
      }
      expect(scene.survivor.counts()).toMatchObject({ problems: [] })
    },
    HANG,
  )
})

describe('an undertaker', () => {
  test.each(THOROUGH ? PLACES : (['half'] as const))(
    'that is killed ahead of any step of a burial is buried by the next, who finishes it: %s',
    async (place) => {
      const steps = await stepsOf(place)
      expect(steps).toBeGreaterThan(8)
      const scene = new Scene(10_000)
      let next = scene.undertaker()
      for (let step = 1; step <= steps; step += STRIDE) {
        const undertaker = next
        next = scene.undertaker()
        const slot = await scene.mourn(undertaker, place)
        await expect(undertaker.ask('bury', slot, step, 'die')).rejects.toThrow('SIGKILL')
        scene.survivor.section()
      }
      const deaths = Math.ceil(steps / STRIDE)
      const counted = place === 'committed' || place === 'half'
      expect(scene.survivor.counts()).toMatchObject({ total: counted ? deaths * 2 : deaths, problems: [] })
    },
    HANG,
  )

  test('that is stopped keeps others from burying, who name it in time, and all goes on with it', async () => {
    const scene = new Scene(100)
    const undertaker = scene.undertaker()
    const slot = await scene.mourn(undertaker, 'half')
    const buried = undertaker.ask('bury', slot, 6, 'hold')
    await undertaker.reached('burying')
    await undertaker.stop()
    expect(thrownBy(() => scene.survivor.section())).toMatchObject({ code: 'ERR_LOCK_TIMEOUT', pid: undertaker.pid })
    await undertaker.continue()
    undertaker.goOn('burying')
    expect(await buried).toBeGreaterThan(6)
    scene.survivor.section()
    expect(scene.survivor.counts()).toMatchObject({ total: 2, problems: [] })
  })
})
