const assert = require('node:assert/strict')
const { constants } = require('node:buffer')
const { MAP_SHARED, MappedFile, PROT_READ, map } = require('mmap-io')
const { refuses } = require('../support/errors.cjs')
const { sparseFile, withOpen } = require('../support/files.cjs')
const { NAME } = require('../support/runtime.cjs')

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

module.exports = {
  'a MappedFile reaches the far end of 40 GiB': () => useFarEnd(false),

  async 'a shared MappedFile reaches the far end of 40 GiB'() {
    // Deno can only lend a WebAssembly.Memory, and that holds 4 GiB.
    if (NAME !== 'deno') return useFarEnd(true)
    await refuses('ERR_SHARED_UNSUPPORTED', () => useFarEnd(true))
    return 'ERR_SHARED_UNSUPPORTED'
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
