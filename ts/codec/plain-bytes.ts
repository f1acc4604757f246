import { types } from 'node:util'

const EMPTY = new Uint8Array(0)
const TypedArray = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array

// A subclass may have getters of its own; the values of these are true, and reading them runs no code of a user.
const intrinsic = (name: 'buffer' | 'byteOffset' | 'length') => Object.getOwnPropertyDescriptor(TypedArray.prototype, name)!.get!
const bufferOf = intrinsic('buffer')
const offsetOf = intrinsic('byteOffset')
const lengthOf = intrinsic('length')

/** Whether a value is a `Uint8Array` or `Buffer`, of any realm, and no proxy. Runs no code of a user. */
export function isBytes(value: unknown): value is Uint8Array {
  return types.isUint8Array(value)
}

/**
 * A view of the same bytes that is nothing but a view: of this class, and of a length that does not follow its buffer
 * when another thread makes that longer. Runs no code of a user. Memory that was taken away has no bytes.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  const length = lengthOf.call(bytes) as number
  return length === 0 ? EMPTY : new Uint8Array(bufferOf.call(bytes) as ArrayBuffer, offsetOf.call(bytes) as number, length)
}

/** Packs up to some dozen bytes into words from `index`, four a word, the last filled up with zeros. */
export function packBytes(bytes: Uint8Array, words: Int32Array, index: number): void {
  const { length } = bytes
  for (let i = 0; i < length; i += 4) {
    // Bytes past the end are undefined, which shifts to 0.
    words[index++] = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
  }
}

/** A private copy of `length` bytes, which lie inside. */
export function copyBytes(bytes: Buffer, at: number, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(new Uint8Array(bytes.buffer, bytes.byteOffset + at, length))
}
