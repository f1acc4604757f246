import { describe, expect, test } from '@jest/globals'
import { crewOfTest } from '../instruments/crew-of-test'
import { atTestEnd } from '../support/temp'
import { memberOf, newMemoryName, removeMemory } from './deaths'
import { PLACES } from './programs/ledger'

const TIMEOUT = 600

describe('a holder that is stopped', () => {
  test.each(PLACES)('is never robbed, is named, and goes on: %s', async (place) => {
    const path = newMemoryName()
    atTestEnd(() => removeMemory(path))
    const crew = crewOfTest()
    const [holder, waiter, other] = await Promise.all([0, 1, 2].map((number) => memberOf(crew, path, number, { lockTimeout: TIMEOUT })))
    const held = holder!.ask('hold', place)
    await holder!.reached('inside')
    await holder!.stop()

    const refusals = await Promise.all([waiter!.ask('tryEnter'), other!.ask('tryEnter')])
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'ERR_LOCK_TIMEOUT', pid: holder!.pid })
      expect(refusal!.took).toBeGreaterThanOrEqual(TIMEOUT)
    }
    const again = []
    for (let i = 0; i < 10; i++) again.push(await waiter!.ask('tryEnter'))
    expect(again.map((refusal) => refusal?.pid)).toEqual(again.map(() => holder!.pid))
    // 10 ms each, and what a busy machine adds; all of the time-out again would be ten times as much.
    expect(again.reduce((sum, refusal) => sum + refusal!.took, 0)).toBeLessThan(TIMEOUT * 5)

    await holder!.continue()
    holder!.goOn('on')
    await held
    expect(await Promise.all([holder, waiter, other].map((member) => member!.ask('tryEnter')))).toEqual([undefined, undefined, undefined])
    expect(await waiter!.ask('counts')).toEqual({ total: 4, recoveries: 0, problems: [] })
  })

  test('and killed then is buried', async () => {
    const path = newMemoryName()
    atTestEnd(() => removeMemory(path))
    const crew = crewOfTest()
    const [holder, waiter] = await Promise.all([0, 1].map((number) => memberOf(crew, path, number, { lockTimeout: 100 })))
    holder!.ask('hold', 'half').catch(() => {})
    await holder!.reached('inside')
    await holder!.stop()
    expect(await waiter!.ask('tryEnter')).toMatchObject({ code: 'ERR_LOCK_TIMEOUT', pid: holder!.pid })
    await holder!.kill()
    await waiter!.ask('enter')
    expect(await waiter!.ask('counts')).toEqual({ total: 2, recoveries: 1, problems: [] })
  })
})
