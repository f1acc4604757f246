import { createRequire } from 'node:module'
import { FormatError, typeError } from '../errors'
import { describe } from '../memory/bounds'

/**
 * Turns what has no form of its own here (objects, arrays, dates, typed arrays, …) into bytes and back.
 *
 * Both functions run outside of every lock and may do what they like, but not wait for a promise. What they throw reaches
 * the caller as it is. All who open one structure need codecs that understand each other.
 */
export interface Codec {
  /** The bytes of a value. They are copied before anything else runs, so they may lie in memory that is used again. */
  encode(value: unknown): Uint8Array
  /** The value of bytes that {@link encode} gave, here or in another process. They are a copy, to be kept or changed. */
  decode(bytes: Uint8Array): unknown
}

interface Packer {
  pack(value: unknown): Uint8Array
  unpack(bytes: Uint8Array): unknown
}

let packer: Packer | undefined

// Loaded when first needed: 6 ms that a program with strings and numbers alone never pays. This build of it makes no
// code at run time and has no addon; the other one takes 39 ms to load, and is no faster with single objects.
function loadPacker(): Packer {
  const { Packr } = createRequire(__filename)('msgpackr/index-no-eval') as { Packr: new (options: object) => Packer }
  return new Packr({ structuredClone: true, moreTypes: true, useBigIntExtension: true, copyBuffers: true })
}

/**
 * MessagePack with what `structuredClone` knows: objects and arrays, shared and cyclic too, `Map`, `Set`, `Date`, `RegExp`,
 * errors, typed arrays, `ArrayBuffer`, bigints. What comes back differently stands in `docs/format/values.md`.
 */
export const defaultCodec: Codec = {
  encode(value) {
    packer ??= loadPacker()
    return packer.pack(value)
  },
  /** @throws {FormatError} `ERR_CORRUPT`, with the cause. */
  decode(bytes) {
    packer ??= loadPacker()
    try {
      return packer.unpack(bytes)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw Object.assign(new FormatError('ERR_CORRUPT', `an object of ${bytes.length} bytes cannot be decoded: ${reason}`), { cause })
    }
  },
}

/**
 * The codec that an option names: the default one when it names none.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, unless it has both functions.
 */
export function checkCodec(codec: unknown): Codec {
  if (codec === undefined) return defaultCodec
  const { encode, decode } = (codec ?? {}) as Partial<Codec>
  if (typeof encode === 'function' && typeof decode === 'function') return codec as Codec
  throw typeError('ERR_INVALID_ARG_TYPE', `codec must be an object with the functions encode and decode, not ${describe(codec)}`)
}
