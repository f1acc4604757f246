// Ways to make a string of bytes in shared memory, a character each.

import { codec, newRoom, STRIDE, texts, turns } from './inputs.mjs'

function filled(setting, length) {
  const room = newRoom()
  for (const [i, text] of texts(setting, length).entries()) room.bytes.write(text, i * STRIDE, 'latin1')
  return room
}

const told = (text) => text.length + text.charCodeAt(text.length - 1)

function byCases(setting, length) {
  const { bytes } = filled(setting, length)
  const { readShortLatin1 } = codec(setting, 'read-latin1')
  return (i) => told(readShortLatin1(bytes, i * STRIDE, length))
}

function byReadLatin1(setting, length) {
  const { bytes } = filled(setting, length)
  const { readLatin1 } = codec(setting, 'text')
  return (i) => told(readLatin1(bytes, i * STRIDE, length))
}

function bySlice(setting, length) {
  const { bytes } = filled(setting, length)
  return (i) => told(bytes.latin1Slice(i * STRIDE, i * STRIDE + length))
}

function byDecoder(setting, length) {
  const { bytes } = filled(setting, length)
  const decoder = new TextDecoder('latin1')
  const copy = Buffer.alloc(length)
  return (i) => {
    for (let k = 0; k < length; k++) copy[k] = bytes[i * STRIDE + k]
    return told(decoder.decode(copy))
  }
}

function byLoop(setting, length) {
  const { bytes } = filled(setting, length)
  return (i) => {
    let text = ''
    for (let k = 0; k < length; k++) text += String.fromCharCode(bytes[i * STRIDE + k])
    return told(text)
  }
}

export const readers = (length) => ({
  'mmap-io, readLatin1': turns((setting) => byReadLatin1(setting, length)),
  ...(length <= 32 && { 'mmap-io, a case for each length': turns((setting) => byCases(setting, length)) }),
  latin1Slice: turns((setting) => bySlice(setting, length)),
  TextDecoder: turns((setting) => byDecoder(setting, length)),
  'a loop': turns((setting) => byLoop(setting, length)),
})

/** All that the question with strings of this length exports. */
export const question = (length) => ({
  asks: `How long does it take to make a string of ${length} characters from shared memory?`,
  title: `reading ${length} characters`,
  unit: 'string',
  contestants: readers(length),
  ratios: [['mmap-io, readLatin1', 'latin1Slice', 'TextDecoder', 'a loop']],
})
