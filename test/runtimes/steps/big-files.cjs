const assert = require('node:assert/strict')
const { constants } = require('node:buffer')
const { writeSync } = require('node:fs')
const { MAP_SHARED, MappedFile, PROT_READ, map } = require('mmap-io')
const { codeOf, refuses } = require('../support/errors.cjs')
const { sparseFile, withOpen } = require('../support/files.cjs')
const { NAME, collectGarbage } = require('../support/runtime.cjs')
const { pause } = require('../support/waiting.cjs')

const SIZE = 40 * 2 ** 30

/** Writes at the far end of 40 GiB and across a border between windows, and reads it back. */
function useFarEnd(shared) {
  const path = sparseFile(SIZE)
  const file = MappedFile.open(path, { mode: 'r+', shared })
  assert.equal(file.length, SIZE)
  file.view(Float64Array, SIZE - 8)[0] = Math.E
  file.view(Uint8Array, 33 * 2 ** 30 - 2, 4).set([1, 2, 3, 4])
  assert.equal(file.view(Buffer, SIZE - 16, 16).readDoubleLE(8), Math.E)
  assert.equal(file.view(Uint8Array, 33 * 2 ** 30 + 1, 10)[0], 4)
  const copy = Buffer.alloc(8)
  file.read(SIZE - 8, copy)
  assert.equal(copy.readDoubleLE(0), Math.E)
  file.close()
}

/** Asks for exactly as much as one buffer holds, from the middle of a page: more than that, from the page's start. */
function askTooMuch(path) {
  const file = MappedFile.open(path)
  const kept = file.view(Uint8Array, 0, 4096)
  return { kept, ask: () => file.view(Uint8Array, 8, constants.MAX_LENGTH) }
}

module.exports = {
  'a MappedFile reaches the far end of 40 GiB': () => useFarEnd(false),

  async 'a shared MappedFile reaches the far end of 40 GiB'() {
    // Deno can only lend a WebAssembly.Memory, and that holds 4 GiB.
    if (NAME !== 'deno') return useFarEnd(true)
    await refuses('ERR_SHARED_UNSUPPORTED', () => useFarEnd(true))
    return 'ERR_SHARED_UNSUPPORTED'
  },

  async 'a view that is refused leaves the others as they are'() {
    const path = sparseFile(SIZE)
    const { kept, ask } = askTooMuch(path)
    const code = await codeOf(ask)
    assert.equal(code, constants.MAX_LENGTH < SIZE ? 'ERR_BUFFER_TOO_LARGE' : 'ERR_OUT_OF_RANGE')
    for (let run = 0; run < 10; run++) {
      collectGarbage()
      await pause(5)
    }
    withOpen(path, (fd) => writeSync(fd, Buffer.of(7)))
    assert.equal(kept[0], 7)
    if (code === 'ERR_BUFFER_TOO_LARGE') return code
  },

  async 'one Buffer over 40 GiB is made, or refused'() {
    const path = sparseFile(SIZE)
    const mapAll = () => withOpen(path, (fd) => map(SIZE, PROT_READ, MAP_SHARED, fd))
    const file = MappedFile.open(path)
    try {
      if (constants.MAX_LENGTH >= SIZE) {
        assert.equal(file.buffer.length, SIZE)
        assert.equal(mapAll()[SIZE - 1], 0)
        return
      }
      await refuses('ERR_BUFFER_TOO_LARGE', () => file.buffer)
      await refuses('ERR_BUFFER_TOO_LARGE', mapAll)
      return 'ERR_BUFFER_TOO_LARGE'
    } finally {
      file.close()
    }
  },
}
