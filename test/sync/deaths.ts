import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathOf } from '../../ts/region/region-file'
import type { Child, ChildOptions, Crew } from '../instruments/crew'
import { now } from './programs/clock'
import { PLACES, type Place } from './programs/ledger'
import type { Member } from './programs/member'

export const PROGRAMS = join(__dirname, 'programs')
export const MEMBER = join(PROGRAMS, 'member.ts')

/** Ways to leave a critical section other than by its end. */
export const GRIEFS = ['kill', 'abort', 'terminate', 'timeOut', 'overflow', 'fail'] as const
export type Grief = (typeof GRIEFS)[number]

/** What became of the rounds, in each of which a holder came to grief and the next one waited. */
export interface Griefs {
  /** Milliseconds from the grief to the next holder inside, by round. */
  readonly stalls: readonly number[]
  /** What the sections must have come to. */
  readonly total: number
  readonly counts: { readonly total: number; readonly recoveries: number; readonly problems: readonly string[] }
}

export interface GriefOptions {
  readonly rounds: number
  /** When to end, whatever rounds are left; by the clock of `now()`. */
  readonly until?: number
  /** Memory that each holder has touched. */
  readonly megabytes?: number
  /** Where cores are written. */
  readonly cwd?: string
}

let places = 0

/** A name for shared memory of this process, and of nobody before. */
export function newMemoryName(): string {
  return `memory://test-${process.pid}-${++places}`
}

export function removeMemory(name: string): void {
  rmSync(pathOf(name), { force: true })
}

/** Has a holder of a mutex come to grief, again and again; one survivor waits for it each time. */
export async function grieve(crew: Crew, path: string, grief: Grief, options: GriefOptions): Promise<Griefs> {
  const survivor = await memberOf(crew, path, 0)
  const mourning = new Mourning(crew, path, survivor, options)
  const stalls: number[] = []
  let total = 0
  for (let round = 0; round < options.rounds && (round === 0 || now() < (options.until ?? Number.POSITIVE_INFINITY)); round++) {
    const place = PLACES[round % PLACES.length]!
    stalls.push(await mourning[grief](round, place))
    total += place === 'committed' || place === 'half' ? 2 : 1
  }
  await mourning.end()
  const counts = await survivor.ask('counts')
  await survivor.ask('close')
  return { stalls, total, counts }
}

export async function memberOf(
  crew: Crew,
  path: string,
  number: number,
  { lockTimeout, ...options }: ChildOptions & { lockTimeout?: number } = {},
): Promise<Child<Member>> {
  const member = crew.spawn<Member>(MEMBER, { seconds: 60, name: `member ${number}`, ...options })
  await (lockTimeout === undefined ? member.ask('open', path, number) : member.ask('open', path, number, lockTimeout))
  return member
}

/** A round of each grief. Gives the milliseconds from it to the survivor inside. */
class Mourning {
  readonly #crew: Crew
  readonly #path: string
  readonly #survivor: Child<Member>
  readonly #options: GriefOptions
  /** Holders that die with their process; the next one starts while the present round runs. */
  #next: Promise<Child<Member>> | undefined
  /** The one whose process lives on. */
  #immortal: Promise<Child<Member>> | undefined

  constructor(crew: Crew, path: string, survivor: Child<Member>, options: GriefOptions) {
    this.#crew = crew
    this.#path = path
    this.#survivor = survivor
    this.#options = options
  }

  async kill(round: number, place: Place): Promise<number> {
    const victim = await this.#victim(round)
    victim.ask('hold', place).catch(() => {})
    await victim.reached('inside')
    const entered = await this.#enter()
    const died = now()
    victim.killNow()
    return (await entered()) - died
  }

  async abort(round: number, place: Place): Promise<number> {
    const victim = await this.#victim(round)
    execFileSync('prlimit', ['--pid', String(victim.pid), '--core=unlimited:unlimited'])
    victim.ask('abort', place).catch(() => {})
    await victim.reached('inside')
    const entered = await this.#enter()
    const died = now()
    victim.goOn('on')
    const stall = (await entered()) - died
    await victim.ended
    return stall
  }

  async terminate(round: number, place: Place): Promise<number> {
    const host = await this.#host()
    await host.ask('startThread', this.#path, round + 2, place)
    const entered = await this.#enter()
    const died = await host.ask('terminateThread')
    return (await entered()) - died
  }

  timeOut(_round: number, place: Place): Promise<number> {
    return this.#survived('timeOut', place)
  }

  overflow(_round: number, place: Place): Promise<number> {
    return this.#survived('overflow', place)
  }

  fail(_round: number, place: Place): Promise<number> {
    return this.#survived('fail', place)
  }

  async end(): Promise<void> {
    await (await this.#next)?.kill()
    await (await this.#immortal)?.ask('close')
  }

  async #survived(grief: 'timeOut' | 'overflow' | 'fail', place: Place): Promise<number> {
    const host = await this.#host()
    const cut = host.ask(grief, place)
    await host.reached('inside')
    const entered = this.#survivor.ask('enter')
    return -(await cut) + (await entered)
  }

  /** Lets the survivor wait for the mutex. */
  async #enter(): Promise<() => Promise<number>> {
    const entered = this.#survivor.ask('enter')
    await sleep(Math.random() * 8) // awake or asleep, and anywhere in its sleep
    return () => entered
  }

  #host(): Promise<Child<Member>> {
    this.#immortal ??= memberOf(this.#crew, this.#path, 1)
    return this.#immortal
  }

  async #victim(round: number): Promise<Child<Member>> {
    const victim = await (this.#next ?? this.#start(round))
    this.#next = round + 1 < this.#options.rounds ? this.#start(round + 1) : undefined
    return victim
  }

  async #start(round: number): Promise<Child<Member>> {
    const { megabytes = 0, cwd } = this.#options
    const victim = await memberOf(this.#crew, this.#path, round + 2, cwd === undefined ? {} : { cwd })
    if (megabytes > 0) await victim.ask('touch', megabytes)
    return victim
  }
}

export interface Spread {
  readonly median: number
  readonly worst: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 }
}
