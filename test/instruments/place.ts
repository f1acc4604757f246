import { basename, sep } from 'node:path'

const FRAME = /at (?:(?:async )?(.*?) \()?([^()]+?):(\d+):\d+\)?$/
const SHOWN = 6

/** Where the code under test is just now: `at Mutex.release (mutex.ts:88)`, and below it who called. */
export function currentPlace(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 50
  const { stack = '' } = new Error('a place')
  Error.stackTraceLimit = limit
  const frames = stack.split('\n').slice(1).map(shortFrame)
  return frames
    .filter((frame) => frame !== undefined)
    .slice(0, SHOWN)
    .join('\n    ')
}

/** `undefined` for what is not the code under test: these instruments, the runtime, the test runner. */
function shortFrame(line: string): string | undefined {
  const match = FRAME.exec(line.trim())
  if (match === null) return undefined
  const [, name, path = '', row] = match
  if (path.startsWith('node:') || path.includes(`${sep}node_modules${sep}`) || isInstrument(path)) return undefined
  return name === undefined ? `at ${basename(path)}:${row}` : `at ${name} (${basename(path)}:${row})`
}

function isInstrument(path: string): boolean {
  return path.startsWith(__dirname + sep) && !path.includes('fixtures') && !path.endsWith('.test.ts')
}
