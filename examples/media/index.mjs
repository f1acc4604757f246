#!/usr/bin/env node
import { HELP, readArguments } from './arguments.mjs'

/** A command is loaded when it is asked for. @type {Record<string, () => Promise<(options: any, log: (line: string) => void) => Promise<void>>>} */
const COMMANDS = {
  info: async () => (await import('./commands/info.mjs')).info,
  gain: async () => (await import('./commands/gain.mjs')).gain,
  normalise: async () => (await import('./commands/normalise.mjs')).normalise,
  waveform: async () => (await import('./commands/waveform.mjs')).waveform,
  make: async () => (await import('./commands/make.mjs')).make,
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`)
}

try {
  const wish = readArguments(process.argv.slice(2))
  if (wish === undefined) print(HELP)
  else await (await COMMANDS[wish.command]())(wish.options, print)
} catch (error) {
  // What has a code is about the file, the system or the arguments; anything else is a mistake in here, and its place matters.
  const { message, stack, code } = /** @type {Error & { code?: string }} */ (error)
  process.stderr.write(`media: ${code === undefined ? stack : message}\n`)
  process.exitCode = 1
}
