// limit.cc: the same in C++, with nothing between it and the kernel.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('limit.cc', import.meta.url))

/** Compiles it into the folder: { program, compiler }, or { missing: why }. */
export function buildLimit(folder) {
  const program = join(folder, 'limit')
  const { status, error, stderr } = spawnSync('g++', ['-std=c++17', '-O3', '-o', program, SOURCE], { encoding: 'utf8' })
  if (status !== 0) return { missing: `C++ takes no part: ${error?.message ?? stderr.split('\n')[0]}` }
  const version = spawnSync('g++', ['-dumpfullversion'], { encoding: 'utf8' }).stdout.trim()
  return { program, compiler: `g++ ${version} -O3` }
}

/** The contestant that runs one of the program's tasks; `argument(setting)` says more. */
export const limit = (task, argument = () => '0') => ({
  missing: (setting) => setting.limit.missing,
  command: (setting, seconds) => [setting.limit.program, task, argument(setting), String(seconds)],
})
