import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { MediaError } from '../media-error.mjs'
import { amplify } from '../passes.mjs'
import { withCrew } from '../threads/crew.mjs'
import { findChunks } from '../wave/chunks.mjs'
import { ENCODINGS, readFormat } from '../wave/format.mjs'
import { Sound } from '../wave/sound.mjs'
import { spoiltFile } from './spoilt-file.mjs'

/**
 * Spoils headers at random: `node examples/media/fuzz/fuzz.mjs [HEADERS] [FILES]`. A header is refused with a MediaError, or
 * what it tells of lies in the file; and whatever a header says, only samples are changed.
 */

/** What a header tells, or undefined when it is refused; another kind of error goes on. @param {Buffer} bytes */
function readHeader(bytes) {
  let reads = 0
  const read = (/** @type {number} */ offset, /** @type {Uint8Array} */ to) => {
    // Two for every chunk, and every chunk has eight bytes at least.
    if (++reads > bytes.length / 4 + 8) throw new Error('the search for chunks does not end')
    return bytes.copy(to, 0, offset)
  }
  try {
    const source = { length: bytes.length, read }
    const { fmt, data } = findChunks(source)
    return { fmt, data, format: readFormat(source, fmt) }
  } catch (error) {
    if (error instanceof MediaError) return undefined
    throw error
  }
}

/** @param {Buffer} bytes @returns {boolean} whether it was accepted */
function checkHeader(bytes) {
  const told = readHeader(bytes)
  if (told === undefined) return false
  for (const { offset, length } of [told.fmt, told.data]) {
    if (!(offset >= 20 && length >= 0 && offset + length <= bytes.length)) throw new Error(`${offset} + ${length} is not in the file`)
  }
  const { blockAlign, channels, encoding } = told.format
  if (channels === 0 || blockAlign !== channels * ENCODINGS[encoding].bytes) throw new Error('block align is wrong')
  return true
}

/**
 * Amplifies a file in place, and looks for bytes that are no samples and changed.
 * @param {string} path
 * @param {Buffer} bytes
 * @param {import('../threads/crew.mjs').Crew} crew
 */
async function checkFile(path, bytes, crew) {
  await writeFile(path, bytes)
  let begin = bytes.length
  let end = bytes.length
  try {
    const sound = await Sound.open(path, { writable: true })
    begin = sound.offset
    end = sound.offset + sound.frames * sound.format.blockAlign
    await amplify(sound, sound.range(), crew, 0.5).finally(() => sound.close())
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
  }
  const after = await readFile(path)
  const same =
    after.length === bytes.length &&
    after.subarray(0, begin).equals(bytes.subarray(0, begin)) &&
    after.subarray(end).equals(bytes.subarray(end))
  if (!same) throw new Error(`bytes beside ${begin} to ${end} changed`)
}

const [headers, files] = [process.argv[2] ?? 20_000, process.argv[3] ?? 300].map(Number)
let refused = 0
fc.assert(
  fc.property(spoiltFile, (bytes) => {
    if (!checkHeader(bytes)) refused++
  }),
  { numRuns: headers },
)
const folder = await mkdtemp(join(tmpdir(), 'media-fuzz-'))
try {
  await withCrew(1, (crew) =>
    fc.assert(
      fc.asyncProperty(spoiltFile, (bytes) => checkFile(join(folder, 'spoilt.wav'), bytes, crew)),
      { numRuns: files },
    ),
  )
} finally {
  await rm(folder, { recursive: true })
}
process.stdout.write(`${headers} headers, ${refused} refused; ${files} files, none spoilt further\n`)
