import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { rejectionOf } from '../support/errors'
import { pattern, tempFile } from '../support/temp'
import { crewOfTest } from './crew-of-test'
import { stateOf } from './process-state'

interface Sailor {
  add(a: number, b: number): number
  later(value: unknown): Promise<unknown>
  fail(): void
  hold(): number
  spin(): void
  store(path: string, step: number): void
  thread(): void
  complain(): void
  leave(code: number): void
}

const FIXTURES = join(__dirname, 'fixtures')
const SAILOR = join(FIXTURES, 'sailor.ts')

describe('a child of a crew', () => {
  test('reports, answers, and passes on what its duties throw', async () => {
    const child = crewOfTest().spawn<Sailor>(SAILOR, { args: ['aboard'] })
    expect(await child.reached('ready')).toBe('aboard')
    expect(await Promise.all([child.ask('add', 2, 3), child.ask('later', ['x'])])).toEqual([5, ['x']])
    const error = await rejectionOf(child.ask('fail'))
    expect({ ...error, message: error.message }).toMatchObject({ name: 'RangeError', message: 'no such thing', code: 'ERR_OUT_OF_RANGE' })
    expect(error.stack).toMatch(/sailor\.ts:\d+[\s\S]*in sailor\.ts/)
  })

  test('is held in the middle of a synchronous call, until it may go on', async () => {
    const child = crewOfTest().spawn<Sailor>(SAILOR)
    const held = child.ask('hold')
    expect(await child.reached('holding')).toEqual({ pid: child.pid })
    await sleep(60)
    child.goOn('elsewhere')
    child.goOn('holding')
    expect(await held).toBeGreaterThan(55)
  })

  test('is held, and dies, between two stores to memory that others see', async () => {
    const path = tempFile(4096)
    const child = crewOfTest().spawn<Sailor>(SAILOR)
    const stored = child.ask('store', path, 2)
    await child.reached('step')
    await child.stop()
    const words = () => [0, 4].map((at) => readFileSync(path).readInt32LE(at))
    const before = pattern(8).readInt32LE(4)
    expect(words()).toEqual([1, before])
    await child.kill()
    await expect(stored).rejects.toThrow('SIGKILL')
    expect(words()).toEqual([1, before])
  })

  test('is held in one of its threads, and answers in the other', async () => {
    const child = crewOfTest().spawn<Sailor>(SAILOR)
    await child.ask('thread')
    await child.reached('thread held')
    expect(await child.ask('add', 1, 1)).toBe(2)
    child.goOn('thread held')
    await child.reached('thread went on')
  })

  test('is killed while it is held, and while it is stopped', async () => {
    const crew = crewOfTest()
    const [held, stopped] = [crew.spawn<Sailor>(SAILOR), crew.spawn<Sailor>(SAILOR)]
    const answer = rejectionOf(held.ask('hold'))
    await held.reached('holding')
    await stopped.reached('ready')
    await stopped.stop()
    expect(stateOf(stopped.pid)).toBe('T')
    expect(await held.kill()).toMatchObject({ code: null, signal: 'SIGKILL', expected: true })
    expect(await stopped.kill()).toMatchObject({ code: null, signal: 'SIGKILL', expected: true })
    expect((await answer).message).toContain('has not answered hold and was ended by SIGKILL')
    expect(await crew.ends()).toHaveLength(2)
  })

  test('goes on after it was stopped', async () => {
    const child = crewOfTest().spawn<Sailor>(SAILOR)
    await child.reached('ready')
    await child.stop()
    const answer = child.ask('add', 1, 2)
    expect(await Promise.race([answer, sleep(50, 'nothing')])).toBe('nothing')
    await child.continue()
    expect(await answer).toBe(3)
  })

  test('that hangs is waited for in bounded time, and quoted', async () => {
    const child = crewOfTest({ seconds: 0.5 }).spawn<Sailor>(SAILOR, { seconds: 5 })
    await child.ask('complain')
    const hanging = crewOfTest({ seconds: 0.5, name: 'the slow one' }).spawn<Sailor>(SAILOR)
    const { message } = await rejectionOf(hanging.reached('nowhere'))
    expect(message).toMatch(/^the slow one \(pid \d+\) has not reached nowhere within 0\.5 s\nit has reached: (ready|no point)/)
    expect((await rejectionOf(hanging.end())).message).toContain('has not ended within 0.5 s')
    const left = rejectionOf(child.reached('nowhere'))
    child.ask('leave', 4).catch(() => {})
    expect((await left).message).toMatch(/has not reached nowhere and ended with code 4\n.*complained\n.*the sea is rough/)
    expect(await child.end()).toMatchObject({ code: 4, expected: false })
    expect((await rejectionOf(child.reached('ever'))).message).toContain('has not reached ever, and ended with code 4')
  })

  test('that fails to begin says why', async () => {
    const child = crewOfTest().spawn(join(FIXTURES, 'nobody.ts'))
    expect((await rejectionOf(child.reached('ready'))).message).toContain('Cannot find module')
    expect(await child.ended).toMatchObject({ code: 1, expected: false })
  })
})

describe('a crew', () => {
  test('leaves nobody behind when it is disbanded', async () => {
    const crew = crewOfTest()
    const children = [1, 2, 3].map(() => crew.spawn<Sailor>(SAILOR))
    await Promise.all(children.map((child) => child.reached('ready')))
    children[0]!.ask('spin').catch(() => {})
    await children[0]!.reached('spinning')
    await children[1]!.stop()
    expect((await crew.disband()).map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL'])
    expect(children.map(({ pid }) => stateOf(pid))).toEqual([undefined, undefined, undefined])
  })

  test.each(['be killed', 'exit'])('leaves nobody behind when its process is to %s', async (way) => {
    const hook = join(__dirname, '..', 'support', 'typescript.cjs')
    const captain = spawn(process.execPath, ['--require', hook, join(FIXTURES, 'captain.ts'), way], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(captain.stdout, 'data')) as [Buffer]
      const pids = JSON.parse(String(line)) as number[]
      if (way !== 'exit') expect(pids.map((pid) => stateOf(pid))).toEqual(['R', 'T'])
      if (way !== 'exit') captain.kill('SIGKILL')
      for (let round = 0; round < 500 && pids.some(isAlive); round++) await sleep(10)
      expect(pids.filter(isAlive)).toEqual([])
    } finally {
      captain.kill('SIGKILL')
    }
  })
})

/** Whoever adopts the orphans of this machine may never bury them. */
function isAlive(pid: number): boolean {
  return ![undefined, 'Z', 'X'].includes(stateOf(pid))
}
