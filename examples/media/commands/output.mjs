import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MediaError } from '../media-error.mjs'

/**
 * Finds out what stands in the way of an output file before gigabytes are worked through for it.
 * @param {string} output
 * @param {string} [input]  whose place it must not take
 * @throws {MediaError}
 */
export async function checkOutput(output, input) {
  const target = await stat(output).catch(() => undefined)
  if (target === undefined) {
    const folder = await stat(dirname(output)).catch(() => undefined)
    if (!folder?.isDirectory()) throw new MediaError(`${output}: there is no folder ${dirname(output)}`)
    return
  }
  if (!target.isFile()) throw new MediaError(`${output}: there is something that is not a file`)
  const source = input === undefined ? undefined : await stat(input)
  if (target.dev === source?.dev && target.ino === source.ino) throw new MediaError(`${output}: is the input itself`)
}
