import { COUNT, codec, newRoom, STRIDE, texts, turns } from './inputs.mjs'

export const asks = 'How long does it take to write a value into shared memory, and to read it again?'
export const title = 'a value to memory, or from it'
export const unit = 'value'

const integers = () => Array.from({ length: COUNT }, (_, i) => i * 31)
const doubles = () => Array.from({ length: COUNT }, (_, i) => i + 0.5)
const bigints = () => Array.from({ length: COUNT }, (_, i) => 2n ** 40n + BigInt(i))
const strings = (length) => (setting) => texts(setting, length)
const bytes = (length) => (setting) => texts(setting, length).map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))

function written(setting, values) {
  const { ValueStage } = codec(setting, 'value-stage')
  const room = newRoom()
  const stage = new ValueStage()
  const write = (i) => {
    stage.stage(values[i])
    stage.writeTo(room.bytes, room.words, i * STRIDE)
    return 1
  }
  for (let i = 0; i < COUNT; i++) write(i)
  return { ...room, write, tag: stage.tag, length: stage.length }
}

const writing = (valuesOf) => turns((setting) => written(setting, valuesOf(setting)).write)

const reading = (valuesOf) =>
  turns((setting) => {
    const { defaultCodec } = codec(setting, 'codec')
    const { decodeValue } = codec(setting, 'value')
    const { bytes, words, tag, length } = written(setting, valuesOf(setting))
    return (i) => (decodeValue(defaultCodec, tag, bytes, words, i * STRIDE, length) === undefined ? 0 : 1)
  })

const kinds = {
  integer: integers,
  double: doubles,
  bigint: bigints,
  '8 characters': strings(8),
  '20 characters': strings(20),
  '200 characters': strings(200),
  '20 bytes': bytes(20),
  '200 bytes': bytes(200),
}

export const contestants = Object.fromEntries(
  Object.entries(kinds).flatMap(([name, valuesOf]) => [
    [`mmap-io, write ${name}`, writing(valuesOf)],
    [`mmap-io, read ${name}`, reading(valuesOf)],
  ]),
)
export const ratios = [['mmap-io, read integer', 'mmap-io, read 20 characters']]
