import { execFile } from 'node:child_process'
import { join } from 'node:path'

const HOOK = join(__dirname, 'typescript.cjs')

/** Runs a TypeScript program that prints one JSON value, and resolves with that. */
export function askProgram<Answer>(program: string, args: readonly string[] = [], nodeArgs: readonly string[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...nodeArgs, '--require', HOOK, program, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Answer)
      else reject(new Error(`${program}: ${error.message}\n${stderr}`))
    })
  })
}
