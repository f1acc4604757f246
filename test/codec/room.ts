import type { Codec } from '../../ts/codec/codec'
import { defaultCodec } from '../../ts/codec/codec'
import { decodeValue } from '../../ts/codec/value'
import { ValueStage } from '../../ts/codec/value-stage'

const UNTOUCHED = 0xa5

/** Shared memory full of one byte, as two views: what a structure hands to the codec. */
export class Room {
  readonly bytes: Buffer
  readonly words: Int32Array

  constructor(length = 4096) {
    const memory = new SharedArrayBuffer(length)
    this.bytes = Buffer.from(memory).fill(UNTOUCHED)
    this.words = new Int32Array(memory)
  }

  /** Whether every byte from `start` to `end` is as it was made. */
  isUntouched(start: number, end: number): boolean {
    return this.bytes.subarray(start, end).every((byte) => byte === UNTOUCHED)
  }
}

/** What comes back of a value that goes through memory; checks that its neighbours do not notice. */
export function throughMemory(value: unknown, codec: Codec = defaultCodec): unknown {
  const stage = new ValueStage(codec)
  stage.stage(value)
  const padded = Math.ceil(stage.length / 4) * 4
  const room = new Room(padded + 32)
  stage.writeTo(room.bytes, room.words, 16)
  if (!room.isUntouched(0, 16) || !room.isUntouched(16 + padded, padded + 32)) throw new Error('the neighbours were overwritten')
  if (room.bytes.subarray(16 + stage.length, 16 + padded).some((byte) => byte !== 0)) throw new Error('the last word was not filled up')
  return decodeValue(codec, stage.tag, room.bytes, room.words, 16, stage.length)
}
