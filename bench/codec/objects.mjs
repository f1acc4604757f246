import v8 from 'node:v8'
import { COUNT, codec, turns } from './inputs.mjs'

export const asks = 'How long does it take to encode and decode an object of five properties?'
export const title = 'an object to bytes and back'
export const unit = 'object'

const objects = () =>
  Array.from({ length: COUNT }, (_, id) => ({ id, name: 'some name here', tags: ['a', 'bb', 'ccc'], at: { x: 1.5, y: -2 }, ok: true }))

const throughBytes = (encode, decode) => (values) => (i) => decode(Uint8Array.from(encode(values[i]))).id

export const contestants = {
  'mmap-io, default codec': turns((setting) => {
    const { defaultCodec } = codec(setting, 'codec')
    return throughBytes(defaultCodec.encode, defaultCodec.decode)(objects())
  }),
  JSON: turns(() =>
    throughBytes(
      (value) => Buffer.from(JSON.stringify(value)),
      (bytes) => JSON.parse(Buffer.from(bytes.buffer).toString()),
    )(objects()),
  ),
  'v8.serialize': turns(() => throughBytes(v8.serialize, v8.deserialize)(objects())),
}
export const ratios = [['mmap-io, default codec', 'JSON', 'v8.serialize']]
