import { type ChildProcess, spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Failure, GATE, lineReader, REPORTS, REQUESTS, type Report } from './crew-wire'
import { stateOf } from './process-state'

const HOOK = join(__dirname, '..', 'support', 'typescript.cjs')

/** What a child answers to: its `serve({ … })`. Arguments and results travel as JSON. */
export type Duties<Named> = { [Name in keyof Named]: (...args: never[]) => unknown }
export type AnyDuties = Record<string, (...args: unknown[]) => unknown>

export interface ChildOptions {
  readonly name?: string
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** How long each wait for this child may take. 10 unless said otherwise. */
  readonly seconds?: number
}

export interface ChildEnd {
  readonly name: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It ended well, or we killed it. */
  readonly expected: boolean
  readonly stdout: string
  readonly stderr: string
}

interface Wait {
  readonly take: (value: unknown) => void
  readonly fail: (reason: string | Error) => void
}

/** A process of a crew, as its parent sees it. */
export class Child<Named extends Duties<Named> = AnyDuties> {
  readonly name: string
  readonly pid: number
  /** How it ended. Never rejects. */
  readonly ended: Promise<ChildEnd>
  readonly #process: ChildProcess
  readonly #seconds: number
  readonly #points = new Map<string, unknown[]>()
  readonly #waits = new Map<string | number, Wait[]>()
  readonly #seen: string[] = []
  #end: ChildEnd | undefined
  #requests = 0
  #killed = false
  #stdout = ''
  #stderr = ''

  constructor(program: string, { name = basename(program), args = [], nodeArgs = [], env = {}, cwd, seconds = 10 }: ChildOptions = {}) {
    const hook = program.endsWith('.ts') ? ['--enable-source-maps', '--require', HOOK] : []
    this.#process = spawn(process.execPath, [...hook, ...nodeArgs, program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    if (this.#process.pid === undefined) throw new Error(`${name} could not be started`)
    this.name = name
    this.pid = this.#process.pid
    this.#seconds = seconds
    this.#listen()
    this.ended = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => resolve(this.#close(code, signal)))
    })
  }

  /** Waits for the next report of the point that was not waited for yet; gives the value reported with it. */
  reached<Value = unknown>(point: string): Promise<Value> {
    const value = this.#points.get(point)?.shift() as { value: Value } | undefined
    return value === undefined ? this.#wait(point, `reached ${point}`) : Promise.resolve(value.value)
  }

  /** Lets a thread go on that is held at the point, or will be. */
  goOn(point: string): void {
    this.#write(GATE, encodeURIComponent(point))
  }

  /** Asks for one of the child's duties; rejects with what it threw. */
  ask<Name extends keyof Named & string>(duty: Name, ...args: Parameters<Named[Name]>): Promise<Awaited<ReturnType<Named[Name]>>> {
    const id = ++this.#requests
    this.#write(REQUESTS, JSON.stringify({ id, duty, args }))
    return this.#wait(id, `answered ${duty}`)
  }

  /** SIGKILL, which a stopped process does not survive either; waits for the end. */
  async kill(): Promise<ChildEnd> {
    this.killNow()
    return this.end()
  }

  killNow(): void {
    if (this.#end !== undefined) return
    this.#killed = true
    this.#process.kill('SIGKILL')
  }

  /** SIGSTOP; waits until no thread of it runs. */
  async stop(): Promise<void> {
    this.#process.kill('SIGSTOP')
    await this.#until(() => stateOf(this.pid) === 'T', 'stopped')
  }

  /** SIGCONT */
  async continue(): Promise<void> {
    this.#process.kill('SIGCONT')
    await this.#until(() => stateOf(this.pid) !== 'T', 'continued')
  }

  /** Waits for its end, whichever that is. */
  async end(): Promise<ChildEnd> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#complaint(`has not ended within ${this.#seconds} s`)), this.#seconds * 1000)
    })
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer))
  }

  #listen(): void {
    const [, stdout, stderr, reports] = this.#process.stdio as unknown as NodeJS.ReadableStream[]
    stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    const take = lineReader((line) => this.#take(JSON.parse(line) as Report))
    reports!.setEncoding('utf8').on('data', take)
    // A child that is gone reads no more: its end says so.
    for (const wire of [REPORTS, REQUESTS, GATE]) this.#process.stdio[wire]!.on('error', () => {})
  }

  #take(report: Report): void {
    if ('answer' in report) {
      const wait = this.#waits.get(report.answer)?.shift()
      if (report.failure === undefined) wait?.take(report.value)
      else wait?.fail(errorOf(report.failure, this.name))
      return
    }
    this.#seen.push(report.point)
    const wait = this.#waits.get(report.point)?.shift()
    const values = this.#points.get(report.point) ?? []
    if (wait !== undefined) wait.take(report.value)
    else this.#points.set(report.point, [...values, { value: report.value }])
  }

  #close(code: number | null, signal: NodeJS.Signals | null): ChildEnd {
    const expected = code === 0 || (signal === 'SIGKILL' && this.#killed)
    this.#end = { name: this.name, code, signal, expected, stdout: this.#stdout, stderr: this.#stderr }
    for (const waits of this.#waits.values()) for (const wait of waits.splice(0)) wait.fail(`and ${endOf(this.#end)}`)
    return this.#end
  }

  #wait<Value>(key: string | number, aim: string): Promise<Value> {
    if (this.#end !== undefined) return Promise.reject(this.#complaint(`has not ${aim}, and ${endOf(this.#end)}`))
    const answer = new Promise<Value>((resolve, reject) => {
      const waits = this.#waits.get(key) ?? []
      this.#waits.set(key, waits)
      const settle = () => {
        clearTimeout(timer)
        if (waits.includes(wait)) waits.splice(waits.indexOf(wait), 1)
      }
      const fail = (reason: string | Error) => {
        settle()
        reject(reason instanceof Error ? reason : this.#complaint(`has not ${aim} ${reason}`))
      }
      const take = (value: unknown) => {
        settle()
        resolve(value as Value)
      }
      const timer = setTimeout(() => fail(`within ${this.#seconds} s`), this.#seconds * 1000)
      const wait: Wait = { take, fail }
      waits.push(wait)
    })
    answer.catch(() => {}) // whoever waits still hears of it; an answer that nobody wants may fail in silence
    return answer
  }

  async #until(condition: () => boolean, aim: string): Promise<void> {
    const deadline = performance.now() + this.#seconds * 1000
    while (!condition()) {
      if (this.#end !== undefined) throw this.#complaint(`has not ${aim}, and ${endOf(this.#end)}`)
      if (performance.now() > deadline) throw this.#complaint(`has not ${aim} within ${this.#seconds} s`)
      await sleep(1)
    }
  }

  #write(wire: number, line: string): void {
    ;(this.#process.stdio[wire] as Writable).write(`${line}\n`)
  }

  #complaint(what: string): Error {
    const seen = this.#seen.length === 0 ? 'no point' : this.#seen.slice(-10).join(', ')
    return new Error(`${this.name} (pid ${this.pid}) ${what}\nit has reached: ${seen}\nits standard error: ${this.#stderr || '(empty)'}`)
  }
}

function endOf({ code, signal }: ChildEnd): string {
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`
}

function errorOf({ name, message, code, stack }: Failure, child: string): Error {
  const error = Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) })
  error.stack = `${stack ?? message}\n    in ${child}`
  return error
}
