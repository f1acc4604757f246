// Calls everything with every kind of value, for as long as wanted: npm run fuzz -- --seconds 60 [--seed 1]
// Prints what was called and refused; exits with 1 when something did what it must not.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../test/children/fuzz-arguments.cjs', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'mmap-io-fuzz-'))
try {
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', program, ...process.argv.slice(2)], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const report = status === 0 ? JSON.parse(stdout) : { mapped: -1 }
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = report.mapped === 0 ? 0 : 1
} finally {
  rmSync(cwd, { recursive: true, force: true })
}
