import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import type { Region } from '../../ts/region/region'
import type { Child } from '../instruments/crew'
import { crewOfTest } from '../instruments/crew-of-test'
import { atTestEnd } from '../support/temp'
import { newMemoryName, PROGRAMS, removeMemory } from './deaths'
import { openPairs, pair, storeUnannounced } from './programs/pairs'
import type { Partner } from './programs/partner'

const HOOK = join(__dirname, '..', 'support', 'typescript.cjs')
const SOON = 50 // milliseconds: well below the 150 that a lost wake may cost

function newPairs(): { path: string; region: Region } {
  const path = newMemoryName()
  const region = openPairs(path)
  atTestEnd(() => {
    region.close()
    removeMemory(path)
  })
  return { path, region }
}

async function partnerOf(path: string, mode: 'rw' | 'ro' = 'rw'): Promise<Child<Partner>> {
  const child = crewOfTest().spawn<Partner>(join(PROGRAMS, 'partner.ts'), { seconds: 60 })
  await child.ask('open', path, mode)
  return child
}

function threadOf(path: string, index: number, blocking = false): Worker {
  const program = join(PROGRAMS, 'wait-in-thread.ts')
  const worker = new Worker(`require(${JSON.stringify(HOOK)}); require(${JSON.stringify(program)})`, {
    eval: true,
    workerData: { path, index, blocking },
  })
  atTestEnd(() => void worker.terminate())
  return worker
}

async function took(action: Promise<unknown>): Promise<number> {
  const since = performance.now()
  await action
  return performance.now() - since
}

/** The shortest of some: what the machine does beside makes others longer. */
async function shortest(times: number, action: (round: number) => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < times; round++) best = Math.min(best, await action(round))
  return best
}

describe('a wait', () => {
  test('ends at once when the word differs already', async () => {
    const { region } = newPairs()
    pair(region, 0).publish(1)
    expect(await pair(region, 0).wait(0)).toBe(true)
    expect(pair(region, 0).waitSync(0)).toBe(true)
  })

  test('ends when the word is changed in the same process', async () => {
    const { region } = newPairs()
    const waiter = pair(region, 0)
    const best = await shortest(5, async (round) => {
      const wait = waiter.wait(round)
      await sleep(5)
      waiter.publish(round + 1)
      return took(wait)
    })
    expect(best).toBeLessThan(SOON)
  })

  test('ends when the word is changed in another process', async () => {
    const { path, region } = newPairs()
    const partner = await partnerOf(path)
    const waiter = pair(region, 0)
    for (let round = 0; round < 5; round++) {
      const wait = waiter.wait(round)
      await partner.ask('publish', 0, round + 1)
      expect(await wait).toBe(true)
    }
    const wait = partner.ask('wait', 0, 5)
    await sleep(20)
    waiter.publish(6)
    expect(await wait).toBe(true)
  })

  test('is woken each time, when two wait and two write', async () => {
    const { path } = newPairs()
    const [one, other] = [await partnerOf(path), await partnerOf(path)]
    for (const blocking of [false, true]) {
      const from = blocking ? 2 : 0
      const counts = [one.ask('count', from, from + 1, 2000, blocking), other.ask('count', from + 1, from, 2000, blocking)]
      const late = await Promise.all(counts)
      expect(Math.min(...late)).toBeLessThan(5) // a machine that is busy is late now and then; without wakes, all of them are
    }
  })

  test('wakes all who wait for the word', async () => {
    const { path, region } = newPairs()
    const partner = await partnerOf(path)
    const waiter = pair(region, 0)
    const waits = [waiter.wait(0), waiter.wait(0), partner.ask('wait', 0, 0), pair(region, 0).wait(0)]
    await sleep(20)
    waiter.publish(1)
    expect(await Promise.all(waits)).toEqual([true, true, true, true])
  })

  test('gives false after its time-out, also to one that blocks', async () => {
    const { region } = newPairs()
    const waiter = pair(region, 0)
    expect(await waiter.wait(0, { timeout: 20 })).toBe(false)
    const since = performance.now()
    expect(waiter.waitSync(0, 20)).toBe(false)
    expect(performance.now() - since).toBeGreaterThanOrEqual(19)
    expect(waiter.waitSync(0, 0)).toBe(false)
  })

  test('is woken when one for the same word has timed out just before', async () => {
    const { region } = newPairs()
    const waiter = pair(region, 0)
    const best = await shortest(5, async (round) => {
      await waiter.wait(round, { timeout: 2 })
      const wait = waiter.wait(round)
      await sleep(2)
      waiter.publish(round + 1)
      return took(wait)
    })
    expect(best).toBeLessThan(SOON)
  })

  test("rejects with its signal's reason", async () => {
    const { region } = newPairs()
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const wait = pair(region, 0).wait(0, { signal: controller.signal })
    controller.abort(reason)
    await expect(wait).rejects.toBe(reason)
    await expect(pair(region, 0).wait(0, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('rejects with ERR_MAPPING_CLOSED when the region is closed', async () => {
    const { region } = newPairs()
    const waits = [0, 1, 2].map((index) => pair(region, index).wait(0))
    region.close()
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
  })

  test('is woken in a region that took the place of a closed one', async () => {
    const best = await shortest(10, async () => {
      const { region } = newPairs()
      const waiter = pair(region, 0)
      const first = waiter.wait(0)
      waiter.publish(1)
      await first
      const second = waiter.wait(1)
      await sleep(2)
      waiter.publish(2)
      const elapsed = await took(second)
      region.close()
      return elapsed < SOON ? 0 : elapsed
    })
    expect(best).toBe(0)
  })

  test('is woken by its own word, also among a thousand', async () => {
    const { region } = newPairs()
    const woken: number[] = []
    const waits = Array.from({ length: 1000 }, (_, index) =>
      pair(region, index)
        .wait(0)
        .then(() => woken.push(index)),
    )
    await sleep(50)
    const order = Array.from({ length: 1000 }, (_, index) => (index * 7) % 1000)
    for (const index of order.slice(0, 500)) pair(region, index).publish(1)
    while (woken.length < 500) await sleep(1)
    expect([...woken].sort()).toEqual(order.slice(0, 500).sort())
    for (const index of order.slice(500)) pair(region, index).publish(1)
    await Promise.all(waits)
    expect(woken).toHaveLength(1000)
  })

  test('ends though its writer died before the wake, also while other words change all the time', async () => {
    const { region } = newPairs()
    const busy = pair(region, 0)
    let done = false
    const others = Array.from({ length: 130 }, (_, index) => pair(region, index + 2).wait(0))
    const victim = pair(region, 1).wait(0)
    const traffic = (async () => {
      while (!done) {
        const next = busy.wait(busy.load())
        await sleep(10)
        busy.publish(busy.load() + 1)
        await next
      }
    })()
    await sleep(50)
    storeUnannounced(region, 1, 7)
    for (const index of others.keys()) storeUnannounced(region, index + 2, 7)
    expect(await Promise.race([victim, sleep(20_000, 'never')])).toBe(true)
    expect(await Promise.race([Promise.all(others), sleep(20_000, 'never')])).not.toBe('never')
    done = true
    await traffic
  })

  test('may be for more words than before, while others are waited for again', async () => {
    const { region } = newPairs()
    const watched = (index: number, seen: number) => pair(region, index).wait(seen)
    for (let round = 0; round < 20; round++) {
      const waits = Array.from({ length: 126 }, (_, index) => watched(index, round))
      await sleep(2)
      for (let index = 0; index < 12; index++) pair(region, index).publish(round + 1)
      await Promise.all(waits.slice(0, 12))
      const fresh = Array.from({ length: 12 }, (_, index) => watched(200 + index, round)) // take the room of those that ended
      const again = Array.from({ length: 12 }, (_, index) => watched(index, round + 1))
      for (let index = 12; index < 126; index++) pair(region, index).publish(round + 1)
      for (let index = 0; index < 12; index++) pair(region, index).publish(round + 2)
      for (let index = 0; index < 12; index++) pair(region, 200 + index).publish(round + 1)
      await Promise.all([...waits, ...fresh, ...again])
      for (let index = 0; index < 12; index++) pair(region, index).publish(round + 1)
    }
  })
})

describe('an idle wait', () => {
  function start(path: string, keepsLoop: boolean) {
    const child = spawn(process.execPath, ['--require', HOOK, join(PROGRAMS, 'idle.ts'), path, String(keepsLoop)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    atTestEnd(() => child.kill('SIGKILL'))
    return child
  }

  test('keeps the event loop alive', async () => {
    const { path } = newPairs()
    const child = start(path, true)
    await once(child.stdout!, 'data')
    await sleep(300)
    expect(child.exitCode).toBeNull()
  })

  test('does not, when keepsLoop is false', async () => {
    const { path } = newPairs()
    const [code] = await once(start(path, false), 'exit')
    expect(code).toBe(0)
  })
})

describe('a worker thread', () => {
  test.each([false, true])('waits as well (blocking: %s)', async (blocking) => {
    const { path, region } = newPairs()
    const worker = threadOf(path, 0, blocking)
    if (!blocking) expect(await once(worker, 'message')).toEqual(['waiting'])
    else await sleep(500)
    pair(region, 0).publish(1)
    expect(await once(worker, 'message')).toEqual([true])
  })

  test('may be terminated while it waits, and others are woken as before', async () => {
    const { path, region } = newPairs()
    for (let round = 0; round < 5; round++) {
      const worker = threadOf(path, round)
      expect(await once(worker, 'message')).toEqual(['waiting'])
      const wait = pair(region, round).wait(0)
      await Promise.all([worker.terminate(), sleep(round)])
      pair(region, round).publish(1)
      expect(await wait).toBe(true)
    }
  })

  test('may be terminated while its word changes all the time', async () => {
    const { path, region } = newPairs()
    const waiter = pair(region, 0)
    for (let round = 0; round < 5; round++) {
      const worker = threadOf(path, 1)
      expect(await once(worker, 'message')).toEqual(['waiting'])
      const changes = (async () => {
        for (let i = 1; i < 200; i++) {
          pair(region, 1).publish(i)
          if (i % 50 === 0) await sleep(1)
        }
      })()
      await Promise.all([worker.terminate(), changes])
      pair(region, 1).publish(0)
    }
    const wait = waiter.wait(0)
    waiter.publish(1)
    expect(await wait).toBe(true)
  })
})

describe('an opener that only reads', () => {
  test('hears of changes by looking, within 20 ms and what the machine adds', async () => {
    const { path, region } = newPairs()
    const reader = openPairs(path, { mode: 'ro' })
    atTestEnd(() => reader.close())
    const best = await shortest(5, async (round) => {
      const wait = pair(reader, 0).wait(round)
      await sleep(60) // until it looks at its rarest
      pair(region, 0).publish(round + 1)
      return took(wait)
    })
    expect(best).toBeLessThan(40)
    expect(pair(reader, 0).waitSync(5, 30)).toBe(false)
  })
})
