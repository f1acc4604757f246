// The other process of a contestant: runs one of the exports of companion.mjs until its parent ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const COMPANION = fileURLToPath(new URL('companion.mjs', import.meta.url))

/** Resolves when it is ready. It does not keep this process, and does not outlive it. */
export async function startCompanion(role, setting, name) {
  const child = spawn(process.execPath, [COMPANION, role, JSON.stringify(setting), name], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  for (const handle of [child, child.stdin, child.stdout]) handle.unref()
  return child
}

/** Resolves with what it prints. */
export async function answerOfCompanion(role, setting, name) {
  const child = spawn(process.execPath, [COMPANION, role, JSON.stringify(setting), name], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [text] = await once(child.stdout, 'data')
  return JSON.parse(text)
}
