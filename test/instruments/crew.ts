import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type AnyDuties, Child, type ChildEnd, type ChildOptions, type Duties } from './child'
import { startOf } from './process-state'

export type { ChildEnd, ChildOptions } from './child'
export { Child } from './child'

/**
 * Processes that work on one thing, to be held, stopped, continued and killed. None is left behind: `disband` kills all, stopped ones
 * too; so does the end of this process; and if it is killed itself, a guard process does it instead.
 */
export class Crew {
  readonly children: Child<never>[] = []
  readonly #defaults: ChildOptions
  #guard: ChildProcess | undefined
  readonly #killAll = () => {
    for (const child of this.children) child.killNow()
  }

  constructor(defaults: ChildOptions = {}) {
    this.#defaults = defaults
  }

  /** Starts a Node.js program: JavaScript, or TypeScript from source. */
  spawn<Named extends Duties<Named> = AnyDuties>(program: string, options: ChildOptions = {}): Child<Named> {
    this.#guard ??= this.#startGuard()
    const child = new Child<Named>(program, { ...this.#defaults, ...options })
    this.children.push(child as unknown as Child<never>)
    this.#tellGuard(`+${child.pid} ${startOf(child.pid) ?? ''}`)
    child.ended.then(() => this.#tellGuard(`-${child.pid}`))
    return child
  }

  /** How each child ended, once all have. */
  ends(): Promise<ChildEnd[]> {
    return Promise.all(this.children.map((child) => child.end()))
  }

  /** Kills whoever is left, and waits until nobody is. */
  async disband(): Promise<ChildEnd[]> {
    this.#killAll()
    const ends = await Promise.all(this.children.map((child) => child.ended))
    process.off('exit', this.#killAll)
    const guard = this.#guard
    this.#guard = undefined
    if (guard?.exitCode === null) {
      const gone = new Promise((resolve) => guard.once('exit', resolve))
      guard.ref()
      guard.stdin!.end()
      await gone
    }
    return ends
  }

  #startGuard(): ChildProcess {
    process.on('exit', this.#killAll)
    // In a session of its own: what interrupts this process at the terminal must not reach the guard.
    const guard = spawn(process.execPath, [join(__dirname, 'guard.cjs')], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    guard.unref()
    const input = guard.stdin as Writable & { unref?(): void }
    input.unref?.()
    input.on('error', () => {}) // a guard that was killed: nothing to be done about it
    return guard
  }

  #tellGuard(line: string): void {
    if (this.#guard?.stdin?.writable) this.#guard.stdin.write(`${line}\n`)
  }
}
