// Gives the package what nobody should: npm run fuzz -- --seconds 60 [--seed 1] [--target arguments|regions]…
// Shares the time between the targets; prints what each of them did as JSON, and exits with 1 when something did what it must not.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const PLACE = fileURLToPath(new URL('../test', import.meta.url))

/** A program of its own each; what its report must say. */
const TARGETS = {
  // Calls everything with every kind of value.
  arguments: { command: ['--expose-gc', `${PLACE}/children/fuzz-arguments.cjs`], isSound: ({ mapped }) => mapped === 0 },
  // Opens regions whose bytes were corrupted.
  regions: {
    command: ['--enable-source-maps', '--require', `${PLACE}/support/typescript.cjs`, `${PLACE}/fuzz/regions.ts`],
    isSound: ({ defects }) => defects.length === 0,
  },
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    target: { type: 'string', multiple: true, default: Object.keys(TARGETS) },
    // Of regions: that one image alone, as a defect names it.
    image: { type: 'string' },
  },
})

function refuse(message) {
  console.error(message)
  process.exit(2)
}

function numberOf(name) {
  const value = Number(options[name])
  if (options[name] === '' || !Number.isFinite(value) || value < 0) refuse(`--${name} takes a number, not '${options[name]}'`)
  return value
}

/** What the program reported, or in which other way it ended. */
function fuzz(target, seconds, seed) {
  const cwd = mkdtempSync(join(tmpdir(), 'mmap-io-fuzz-'))
  const args = [...TARGETS[target].command, '--seconds', String(seconds), '--seed', String(seed)]
  if (target === 'regions' && options.image !== undefined) args.push('--image', String(numberOf('image')))
  try {
    const { status, signal, stdout } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
    return reportIn(String(stdout)) ?? { failed: `it ended with ${signal ?? `code ${status}`}, and no report` }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

function reportIn(output) {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}

for (const target of options.target)
  if (!Object.hasOwn(TARGETS, target)) refuse(`no target '${target}'; there are: ${Object.keys(TARGETS).join(', ')}`)
const seconds = numberOf('seconds') / options.target.length
const seed = numberOf('seed')
for (const target of options.target) {
  const report = fuzz(target, seconds, seed)
  console.log(JSON.stringify({ target, ...report }, null, 2))
  if (report.failed !== undefined || !TARGETS[target].isSound(report)) process.exitCode = 1
}
