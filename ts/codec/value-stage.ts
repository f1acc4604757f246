import { rangeError, typeError } from '../errors'
import { describe } from '../memory/bounds'
import { bytesOfBigint, packBigint } from './bigint'
import { type Codec, defaultCodec } from './codec'
import { packDouble } from './double'
import { isBytes, packBytes, plainBytes } from './plain-bytes'
import {
  BIGINT,
  BYTES,
  DOUBLE,
  FALSE,
  INTEGER,
  LATIN1,
  MAX_TEXT_LENGTH,
  MAX_VALUE_LENGTH,
  NULL,
  OBJECT,
  TRUE,
  UNDEFINED,
  UTF16,
  wordsFor,
} from './tags'
import { isWide, packLatin1, packUtf16, SHORT_TEXT, writeText } from './text'

const SHORT_BYTES = 64
const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * One value at a time, encoded in two steps, so that nothing of a user runs, and nothing is allocated or thrown, while a
 * structure is half changed: {@link stage} looks at the value, {@link writeTo} stores its bytes.
 *
 * Staging runs the codec, which may use the same structure and so this very stage: a structure stages the value first and
 * everything else afterwards, up to its last store, without running code of a user.
 */
export class ValueStage {
  /** What the value is: one of the constants in `tags.ts`. */
  tag = UNDEFINED
  /** Its length in bytes. {@link writeTo} needs room for the next multiple of four. */
  length = 0
  /** The value itself while it has at most eight bytes, for structures that keep such values in cells. */
  readonly words = new Int32Array(Math.max(SHORT_TEXT * 2, SHORT_BYTES) / 4)
  #isShort = true
  #text = ''
  #bytes = NOTHING
  readonly #codec: Codec
  readonly #maxLength: number

  constructor(codec: Codec = defaultCodec, maxLength = MAX_VALUE_LENGTH) {
    this.#codec = codec
    this.#maxLength = maxLength
  }

  /**
   * Takes a value; the one before is forgotten, and after an exception there is none. Touches no shared memory. Numbers and short strings allocate nothing;
   * long strings and bytes are not copied, so they must not change before {@link writeTo}.
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`: a function, a symbol, or what the codec returned is no `Uint8Array`.
   * @throws {RangeError} `ERR_OUT_OF_RANGE`: longer than the structure, or the format, takes.
   * @throws whatever the codec throws.
   */
  stage(value: unknown): void {
    if (typeof value === 'number') this.#stageNumber(value)
    else if (typeof value === 'string') this.#stageText(value)
    else this.#stageOther(value)
  }

  /**
   * Stores the bytes from `at`, a multiple of four, plainly, and fills the last word up with zeros. `bytes` and `words`
   * are views of the same memory, with room for them. Runs no code of a user, allocates nothing, and does not throw.
   */
  writeTo(bytes: Buffer, words: Int32Array, at: number): void {
    if (this.#isShort) this.#writeShort(words, at >>> 2)
    else this.#writeLong(bytes, words, at)
  }

  /** Lets go of a long value, which would otherwise be kept until the next one. */
  clear(): void {
    this.#text = ''
    this.#bytes = NOTHING
  }

  #writeShort(words: Int32Array, index: number): void {
    const staged = this.words
    const count = wordsFor(this.length)
    for (let i = 0; i < count; i++) words[index + i] = staged[i]!
  }

  #writeLong(bytes: Buffer, words: Int32Array, at: number): void {
    if ((this.length & 3) !== 0) words[(at + this.length) >>> 2] = 0
    if (this.tag === LATIN1 || this.tag === UTF16) writeText(this.#text, this.tag === UTF16, bytes, at)
    else bytes.set(this.#bytes, at)
  }

  #stageNumber(value: number): void {
    const integer = value | 0
    if (Object.is(integer, value)) this.#stageInteger(integer)
    else this.#stageDouble(value)
  }

  #stageInteger(value: number): void {
    this.words[0] = value
    this.#seal(INTEGER, 4)
  }

  #stageDouble(value: number): void {
    packDouble(value, this.words, 0)
    this.#seal(DOUBLE, 8)
  }

  #stageText(text: string): void {
    const { length } = text
    if (length > SHORT_TEXT) this.#stageLongText(text)
    else if (packLatin1(text, this.words, 0)) this.#seal(LATIN1, length)
    else this.#stageShortWideText(text)
  }

  #stageShortWideText(text: string): void {
    packUtf16(text, this.words, 0)
    this.#seal(UTF16, text.length * 2)
  }

  #stageLongText(text: string): void {
    const wide = isWide(text)
    if (text.length > MAX_TEXT_LENGTH) throw tooLong(text.length, 'characters', MAX_TEXT_LENGTH)
    this.#seal(wide ? UTF16 : LATIN1, wide ? text.length * 2 : text.length)
    this.#text = text
    this.#isShort = false
  }

  #stageOther(value: unknown): void {
    if (value === undefined) this.#seal(UNDEFINED, 0)
    else if (value === null) this.#seal(NULL, 0)
    else if (typeof value === 'boolean') this.#seal(value ? TRUE : FALSE, 0)
    else if (typeof value === 'bigint') this.#stageBigint(value)
    else if (isBytes(value)) this.#stageBytes(BYTES, plainBytes(value))
    else this.#stageObject(value)
  }

  #stageBigint(value: bigint): void {
    if (packBigint(value, this.words, 0)) this.#seal(BIGINT, 8)
    else this.#stageBytes(BIGINT, bytesOfBigint(value))
  }

  #stageObject(value: unknown): void {
    if (typeof value !== 'object') {
      throw typeError('ERR_INVALID_ARG_TYPE', `a value can be anything but a function or a symbol, not ${describe(value)}`)
    }
    const encoded: unknown = this.#codec.encode(value)
    if (!isBytes(encoded)) {
      throw typeError('ERR_INVALID_ARG_TYPE', `the codec's encode must return a Uint8Array, not ${describe(encoded)}`)
    }
    this.#stageBytes(OBJECT, plainBytes(encoded))
  }

  #stageBytes(tag: number, bytes: Uint8Array): void {
    const { length } = bytes
    this.#seal(tag, length)
    if (length <= SHORT_BYTES) {
      packBytes(bytes, this.words, 0)
    } else {
      this.#bytes = bytes
      this.#isShort = false
    }
  }

  /** Says what the value is; as yet a short one. */
  #seal(tag: number, length: number): void {
    if (length > this.#maxLength) throw tooLong(length, 'bytes', this.#maxLength)
    this.tag = tag
    this.length = length
    this.#isShort = true
  }
}

function tooLong(length: number, unit: string, limit: number): RangeError {
  return rangeError('ERR_OUT_OF_RANGE', `a value must have at most ${limit} ${unit}, not ${length}`)
}
