import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChildOptions {
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly seconds?: number
  readonly cwd?: string
}

export const CHILDREN = join(__dirname, '..', 'children')

/** Runs a program of `test/children` to its end; it is killed when it takes longer than `seconds`. */
export function runChild(
  program: string,
  { args = [], nodeArgs = [], seconds = 60, cwd = process.cwd() }: ChildOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, join(CHILDREN, program), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const deadline = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(deadline)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/** Runs a program that prints one JSON value, and returns it; throws when it ended in any other way than well. */
export async function askChild<Answer>(program: string, options?: ChildOptions): Promise<Answer> {
  const { code, signal, stdout, stderr } = await runChild(program, options)
  if (code !== 0) throw new Error(`${program} ended with code ${code}, signal ${signal}\n${stdout}\n${stderr}`)
  return JSON.parse(stdout) as Answer
}
