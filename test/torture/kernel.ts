// Leases, mutexes, burials, growth and the arena, under processes and threads that are killed, stopped and cut off anywhere.
//
// First each way to leave a section, one at a time, for the time until the next one is inside; then all at once. With
// MMAP_IO_TEST_ROUNDS, that many rounds of each, however long they take: let --patience allow for it.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Crew } from '../instruments/crew'
import { Random } from '../instruments/random'
import type { TortureCounts, TortureOptions } from '../instruments/torture'
import { GRIEFS, type Grief, grieve, newMemoryName, removeMemory, spreadOf } from '../sync/deaths'
import { now } from '../sync/programs/clock'
import { Turmoil } from '../sync/turmoil'

const ASKED = Number(process.env.MMAP_IO_TEST_ROUNDS ?? 0)
const TARGET = { median: 20, worst: 250 } // milliseconds
const SHARE = 0.4 // of the time, for the griefs
const EPOCH = 8000 // milliseconds
const GIBIBYTE = 2 ** 30

interface Figures {
  readonly lost: number
  readonly counts: Record<string, number>
}

/** One kind of grief for a while; prints its line of the table. */
async function measure(grief: Grief, seconds: number, report: (line: string) => void, megabytes = 0): Promise<Figures> {
  const name = megabytes > 0 ? `${grief} of ${megabytes} MiB` : grief
  const crew = new Crew({ seconds: 60 })
  const path = newMemoryName()
  const cwd = mkdtempSync(join(tmpdir(), 'mmap-io-torture-'))
  try {
    const until = ASKED > 0 ? Number.POSITIVE_INFINITY : now() + seconds * 1000
    const rounds = megabytes > 0 ? 5 : ASKED || 100_000
    const { stalls, total, counts } = await grieve(crew, path, grief, { rounds, until, megabytes, cwd })
    const { median, worst } = spreadOf(stalls)
    const lost = counts.problems.length + Math.abs(counts.total - total) + Math.abs(counts.recoveries - stalls.length)
    const verdict = median < TARGET.median && worst < TARGET.worst ? 'within the targets' : 'OVER THE TARGETS'
    const core = grief === 'abort' ? `, ${coresIn(cwd)}` : ''
    report(
      `${name.padEnd(18)} ${String(stalls.length).padStart(5)} rounds, next inside after ${median.toFixed(1)} ms (median), ${worst.toFixed(1)} ms (worst): ${verdict}${core}`,
    )
    for (const problem of counts.problems) report(`${name}: ${problem}`)
    const key = megabytes > 0 ? `${grief}Large` : grief
    return { lost, counts: { [`${key}Rounds`]: stalls.length, [`${key}Median`]: tenth(median), [`${key}Worst`]: tenth(worst) } }
  } finally {
    await crew.disband()
    removeMemory(path)
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Whether there really was a core to write. */
function coresIn(directory: string): string {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
  if (pattern.startsWith('|')) return `cores went to ${pattern}`
  return `${readdirSync(directory).length === 0 ? 'no core' : 'a core'} in the folder (core_pattern ${pattern})`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}

/** Large holders as far as memory permits: the system takes their memory apart before it drops their locks. */
function largeHolder(report: (line: string) => void): number {
  // One dies while the next one grows.
  const most = Math.floor((freemem() - GIBIBYTE) / 2 / 2 ** 20)
  if (most >= 4096) return 4096
  report(`holders of ${Math.max(most, 0)} MiB instead of 4096: there is no more memory`)
  return most
}

export async function run({ seconds, seed, report }: TortureOptions): Promise<TortureCounts> {
  const end = now() + seconds * 1000
  const counts: Record<string, number> = {}
  let lost = 0
  const each = (seconds * SHARE) / (GRIEFS.length + 1)
  for (const grief of GRIEFS) {
    const figures = await measure(grief, each, report)
    lost += figures.lost
    Object.assign(counts, figures.counts)
  }
  const megabytes = largeHolder(report)
  if (megabytes >= 256) {
    const figures = await measure('kill', each, report, megabytes)
    lost += figures.lost
    Object.assign(counts, figures.counts)
  }
  const turmoil = new Turmoil(new Random(seed), report)
  do await turmoil.epoch(Math.max(1000, Math.min(EPOCH, end - now())))
  while (now() < end)
  return { seed, ...counts, ...turmoil.counts, lost: lost + turmoil.counts.lost }
}
