// Ways to bring a string of one byte each into private words, having made sure that it is one.

import { codec, texts, turns } from './inputs.mjs'

const newWords = () => {
  const words = new Int32Array(64)
  return { words, bytes: Buffer.from(words.buffer) }
}

function byPacking(setting, length) {
  const inputs = texts(setting, length)
  const { words } = newWords()
  const { packLatin1 } = codec(setting, 'text')
  return (i) => (packLatin1(inputs[i], words, 0) ? words[0] : 0)
}

function byWriting(setting, length) {
  const inputs = texts(setting, length)
  const { words, bytes } = newWords()
  const { isWide, writeText } = codec(setting, 'text')
  return (i) => {
    const wide = isWide(inputs[i])
    writeText(inputs[i], wide, bytes, 0)
    return words[0]
  }
}

function byEncodeInto(setting, length) {
  const inputs = texts(setting, length)
  const { words, bytes } = newWords()
  const encoder = new TextEncoder()
  return (i) => (encoder.encodeInto(inputs[i], bytes).written === length ? words[0] : 0)
}

export const question = (length) => ({
  asks: `How long does it take to pack a string of ${length} characters into words?`,
  title: `packing ${length} characters`,
  unit: 'string',
  contestants: {
    'mmap-io, by words': turns((setting) => byPacking(setting, length)),
    'mmap-io, by latin1Write': turns((setting) => byWriting(setting, length)),
    'TextEncoder.encodeInto': turns((setting) => byEncodeInto(setting, length)),
  },
  ratios: [['mmap-io, by words', 'mmap-io, by latin1Write', 'TextEncoder.encodeInto']],
})
