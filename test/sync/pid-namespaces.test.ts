import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Child } from '../instruments/crew'
import { crewOfTest } from '../instruments/crew-of-test'
import { stateOf } from '../instruments/process-state'
import { thrownBy } from '../support/errors'
import { atTestEnd } from '../support/temp'
import { MEMBER, memberOf, newMemoryName, PROGRAMS, removeMemory } from './deaths'
import { Ledger } from './programs/ledger'
import type { Member } from './programs/member'

const canUnshare = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0
if (!canUnshare) process.stderr.write('this user may not make pid namespaces: what goes on between them is not tested\n')

interface Foreigner {
  readonly child: Child<Member>
  /** Its number here. */
  readonly pid: number
}

/** The only process below another. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** Work with a member in a pid namespace of its own, where it is process 1. Killed at the end: its crew knows only who started it. */
async function withForeigner(path: string, number: number, work: (foreigner: Foreigner) => Promise<void>): Promise<void> {
  const child = crewOfTest().spawn<Member>(join(PROGRAMS, 'in-namespace.cjs'), { args: [MEMBER], name: 'the foreigner', seconds: 60 })
  await child.reached('ready')
  const pid = childOf(childOf(child.pid))
  try {
    await child.ask('open', path, number, 300)
    await work({ child, pid })
  } finally {
    if (stateOf(child.pid) !== undefined) process.kill(pid, 'SIGKILL')
    await child.ended
  }
}

;(canUnshare ? describe : describe.skip)('a holder in another pid namespace', () => {
  function newLedger(lockTimeout: number): { path: string; ledger: Ledger } {
    const path = newMemoryName()
    atTestEnd(() => removeMemory(path))
    const ledger = Ledger.open(path, 0, { lockTimeout })
    atTestEnd(() => ledger.close())
    return { path, ledger }
  }

  test('that is killed is noticed', async () => {
    const { path, ledger } = newLedger(10_000)
    await withForeigner(path, 1, async ({ child, pid }) => {
      child.ask('hold', 'half').catch(() => {})
      await child.reached('inside')
      process.kill(pid, 'SIGKILL')
      ledger.section()
      expect(ledger.counts()).toEqual({ total: 2, recoveries: 1, problems: [] })
      await child.ended
    })
  })

  test('that lives is not robbed, whatever its pid means here', async () => {
    const { path, ledger } = newLedger(300)
    await withForeigner(path, 1, async ({ child, pid }) => {
      const held = child.ask('hold', 'half')
      await child.reached('inside')
      const { slots, lease } = ledger.region
      const other = Array.from({ length: slots.count }, (_, slot) => slot).find((slot) => slot !== lease.slot && slots.isLive(slot))!
      expect(slots.identity(other).pid).toBe(1) // which is another process here
      expect(pid).not.toBe(1)
      for (let i = 0; i < 3; i++) {
        const refusal = thrownBy(() => ledger.section())
        expect(refusal).toMatchObject({ code: 'ERR_LOCK_TIMEOUT', pid: undefined }) // a number would name a stranger here
        expect(refusal.message).toContain('of another pid namespace')
      }
      child.goOn('on')
      await held
      ledger.section()
      expect(ledger.counts()).toEqual({ total: 2, recoveries: 0, problems: [] })
    })
  })

  test('sees one outside that lives, and one that is killed, for what they are', async () => {
    const { path, ledger } = newLedger(300)
    await withForeigner(path, 1, async ({ child }) => {
      const holder = await memberOf(crewOfTest(), path, 2)
      holder.ask('hold', 'half').catch(() => {})
      await holder.reached('inside')
      expect(await child.ask('tryEnter')).toMatchObject({ code: 'ERR_LOCK_TIMEOUT' })
      await holder.kill()
      expect(await child.ask('tryEnter')).toBeUndefined()
      expect(ledger.counts()).toEqual({ total: 2, recoveries: 1, problems: [] })
    })
  })
})
