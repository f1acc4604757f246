import { parseArgs } from 'node:util'
import { MediaError } from './media-error.mjs'
import { count, flag, needed, number, oneOf, text } from './options.mjs'
import { ENCODINGS } from './wave/format.mjs'

/** @typedef {import('./options.mjs').Option} Option */

export const HELP = `Works on WAV files of any size (RIFF, RF64, BW64) by mapping them into memory.

  info FILE [--json]
      peak and RMS, by channel and overall
  gain FILE --db -6 (--out COPY | --in-place)
      louder or softer
  normalise FILE [--peak -1] (--out COPY | --in-place)
      as loud as the loudest sample allows; nothing is clipped
  waveform FILE --out PICTURE.png [--width 1600] [--height 400]
      a picture
  make FILE --seconds N [--channels 2] [--rate 48000] [--format pcm16]
      composes something to try the others on: ${Object.keys(ENCODINGS).join(', ')}

All but make take --from SECONDS and --to SECONDS; all take --threads N.

A copy appears under its name when it is whole. --in-place is not atomic: the file's own
samples are changed one after another, and what interrupts that leaves a part of them changed.`

/** @type {Record<string, Option>} */
const RANGE = { from: number(0, 1e12), to: number(0, 1e12), threads: count(1, 64) }
/** @type {Record<string, Option>} */
const TARGET = { out: text(), 'in-place': flag() }

/** @type {Record<string, Record<string, Option>>} */
const COMMANDS = {
  info: { ...RANGE, json: flag() },
  gain: { ...RANGE, ...TARGET, db: needed(number(-200, 200)) },
  normalise: { ...RANGE, ...TARGET, peak: number(-200, 0) },
  waveform: { ...RANGE, out: needed(text()), width: count(64, 16_384), height: count(32, 8192) },
  make: {
    seconds: needed(number(0, 1e9)),
    channels: count(1, 65_535),
    rate: count(1, 2 ** 32 - 1),
    format: oneOf(Object.keys(ENCODINGS)),
    threads: count(1, 64),
  },
}

/**
 * @param {string[]} args
 * @returns {{ command: string, options: Record<string, any> } | undefined}  undefined: the help is wanted
 * @throws {MediaError}
 */
export function readArguments(args) {
  if (args.includes('--help') || args.includes('-h')) return undefined
  const command = args[0] ?? ''
  if (!Object.hasOwn(COMMANDS, command)) throw new MediaError(`say what to do: ${Object.keys(COMMANDS).join(', ')}; or --help`)
  const known = COMMANDS[command]
  const { values, positionals } = parse(joinNegative(args.slice(1)), known)
  if (positionals.length !== 1) throw new MediaError(`${command} takes one file, not ${positionals.length}`)
  /** @type {Record<string, any>} */
  const options = { file: positionals[0] }
  for (const [name, { read, needed }] of Object.entries(known)) {
    const value = values[name]
    if (value === undefined && needed) throw new MediaError(`${command} needs --${name}`)
    if (value !== undefined) options[name] = read === undefined ? value : read(String(value), name)
  }
  if (Object.hasOwn(known, 'in-place')) checkTarget(command, options)
  return { command, options }
}

/** @param {string[]} args @param {Record<string, Option>} options */
function parse(args, options) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
    })
  } catch (error) {
    throw new MediaError(error instanceof Error ? error.message : String(error))
  }
}

/** `parseArgs` takes the -6 of `--db -6` for an option, and wants `--db=-6`. @param {string[]} args */
function joinNegative(args) {
  /** @type {string[]} */
  const joined = []
  for (const arg of args) {
    const last = joined.at(-1)
    if (last?.startsWith('--') && /^-\.?\d/.test(arg)) joined[joined.length - 1] = `${last}=${arg}`
    else joined.push(arg)
  }
  return joined
}

/** Changing a file that cannot be had again has to be asked for. @param {string} command @param {Record<string, any>} options */
function checkTarget(command, options) {
  if ((options.out === undefined) === (options['in-place'] === undefined))
    throw new MediaError(`${command} needs either --out COPY or --in-place`)
}
