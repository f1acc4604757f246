import { COUNT, codec, newRoom, STRIDE, texts, turns } from './inputs.mjs'

export const asks = 'How long does it take to stage a key, hash it and compare it with the one in memory?'
export const title = 'staging and comparing a key'
export const unit = 'key'

// The answer is how many keys match: all.
const staged = (keysOf) => (setting) => {
  const { KeyStage } = codec(setting, 'key-stage')
  const { words } = newRoom()
  const stage = new KeyStage(1, 2)
  const keys = keysOf(setting)
  for (let i = 0; i < COUNT; i++) {
    stage.stage(keys[i])
    stage.writeTo(words, (i * STRIDE) >>> 2)
  }
  return (i) => {
    stage.stage(keys[i])
    return stage.matches(words, (i * STRIDE) >>> 2) ? 1 : 0
  }
}

const inMap = (keysOf) => (setting) => {
  const keys = keysOf(setting)
  const map = new Map(keys.map((key) => [key, 1]))
  return (i) => map.get(keys[i])
}

const integers = () => Array.from({ length: COUNT }, (_, i) => i * 31)
const doubles = () => Array.from({ length: COUNT }, (_, i) => i + 0.5)
const strings = (length) => (setting) => texts(setting, length)
const bytes = (setting) => texts(setting, 20).map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))

export const contestants = {
  'mmap-io, integers': turns(staged(integers)),
  'mmap-io, doubles': turns(staged(doubles)),
  'mmap-io, 8 characters': turns(staged(strings(8))),
  'mmap-io, 20 characters': turns(staged(strings(20))),
  'mmap-io, 40 characters': turns(staged(strings(40))),
  'mmap-io, 200 characters': turns(staged(strings(200))),
  'mmap-io, 20 bytes': turns(staged(bytes)),
  'Map.get, integers': turns(inMap(integers)),
  'Map.get, 20 characters': turns(inMap(strings(20))),
}
export const ratios = [
  ['mmap-io, integers', 'Map.get, integers'],
  ['mmap-io, 20 characters', 'Map.get, 20 characters'],
]
