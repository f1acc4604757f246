// limit.cc: the same in C++.

import { compileLimit } from '../frame/limit-program.mjs'

/** As `compileLimit`. */
export const buildLimit = (folder) => compileLimit(new URL('limit.cc', import.meta.url), folder)

/** The contestant that runs one of the program's tasks; `argument(setting)` says more. */
export const limit = (task, argument = () => '0') => ({
  missing: (setting) => setting.limit.missing,
  command: (setting, seconds) => [setting.limit.program, task, argument(setting), String(seconds)],
})
