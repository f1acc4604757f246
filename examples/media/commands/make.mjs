import { MappedFile } from 'mmap-io'
import { MediaError } from '../media-error.mjs'
import { play } from '../passes.mjs'
import { bytesText, durationText, speedText } from '../terminal/words.mjs'
import { withCrew } from '../threads/crew.mjs'
import { finish } from '../unfinished.mjs'
import { ENCODINGS } from '../wave/format.mjs'
import { makeHeader } from '../wave/header.mjs'
import { Sound } from '../wave/sound.mjs'
import { checkOutput } from './output.mjs'

const MAX_BLOCK_ALIGN = 0xffff

/**
 * Composes a file. Its room on the disk is taken before the first sample is written, so a full disk is noticed at once.
 *
 * @param {object} options
 * @param {string} options.file
 * @param {number} options.seconds
 * @param {number} [options.channels]
 * @param {number} [options.rate]
 * @param {import('../wave/format.mjs').Encoding} [options.format]
 * @param {number} [options.threads]
 * @param {(line: string) => void} log
 */
export async function make({ file, seconds, channels = 2, rate = 48_000, format: encoding = 'pcm16', threads }, log) {
  const format = { encoding, channels, rate, blockAlign: channels * ENCODINGS[encoding].bytes, step: 1 }
  if (format.blockAlign > MAX_BLOCK_ALIGN)
    throw new MediaError(
      `${channels} channels of ${encoding} make frames of ${format.blockAlign} bytes; a WAV file allows ${MAX_BLOCK_ALIGN}`,
    )
  const { header, size } = makeHeader(format, Math.max(1, Math.round(seconds * rate)))
  if (!Number.isSafeInteger(size)) throw new MediaError(`${seconds} s are more than a file can hold`)
  await checkOutput(file)
  const began = performance.now()
  await finish(file, async (temporary) => {
    const mapped = MappedFile.open(temporary, { mode: 'w+', size, permissions: 0o666 })
    mapped.write(0, header)
    mapped.close()
    const sound = await Sound.open(temporary, { writable: true })
    try {
      await withCrew(threads, (crew) => play(sound, crew))
    } finally {
      sound.close()
    }
  })
  log(`made ${file}: ${durationText(seconds)}, ${bytesText(size)}, in ${speedText(size, began)}`)
}
