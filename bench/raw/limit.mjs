// limit.cc: the same loops in C++.

import { compileLimit } from '../frame/limit-program.mjs'

/** As `compileLimit`. */
export const buildLimit = (folder) => compileLimit(new URL('limit.cc', import.meta.url), folder)

/** The contestant that runs one of the program's tasks with pieces of `length` bytes. */
export const limit = (task, length) => ({
  missing: (setting) => setting.limit.missing,
  command: (setting, seconds) => [setting.limit.program, task, length, setting.file, setting.seed, seconds].map(String),
})
