// The limit of a suite: the same work in C++, with nothing between it and the kernel.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Compiles a source, given by its URL, into the folder: { program, compiler }, or { missing: why }. */
export function compileLimit(source, folder) {
  const program = join(folder, 'limit')
  const { status, error, stderr } = spawnSync('g++', ['-std=c++17', '-O3', '-o', program, fileURLToPath(source)], { encoding: 'utf8' })
  if (status !== 0) return { missing: `C++ takes no part: ${error?.message ?? stderr.split('\n')[0]}` }
  const version = spawnSync('g++', ['-dumpfullversion'], { encoding: 'utf8' }).stdout.trim()
  return { program, compiler: `g++ ${version} -O3` }
}
