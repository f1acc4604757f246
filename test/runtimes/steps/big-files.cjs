const assert = require('node:assert/strict')
const { constants } = require('node:buffer')
const { writeSync } = require('node:fs')
const { MAP_SHARED, MappedFile, PAGESIZE, PROT_READ, map } = require('mmap-io')
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

/**
 * Makes a view, then asks for one as long as a buffer can be, from the middle of a page, and for one longer than
 * that. Returns the first, and what the others came to.
 */
async function askTooMuch(path) {
  const file = MappedFile.open(path)
  const before = file.view(Uint8Array, 0, PAGESIZE)
  const longest = await codeOf(() => file.view(Uint8Array, 8, constants.MAX_LENGTH))
  const tooLong = await codeOf(() => file.view(Uint8Array, 8, constants.MAX_LENGTH + 1))
  return { before, longest, tooLong }
}

module.exports = {
  'a MappedFile reaches the far end of 40 GiB': () => useFarEnd(false),

  async 'a shared MappedFile reaches the far end of 40 GiB'() {
    // Deno can only lend a WebAssembly.Memory, and that holds 4 GiB.
    if (NAME !== 'deno') return useFarEnd(true)
    await refuses('ERR_SHARED_UNSUPPORTED', () => useFarEnd(true))
    return 'ERR_SHARED_UNSUPPORTED'
  },

  async 'a view that is refused leaves those made before as they are'() {
    const limited = constants.MAX_LENGTH < SIZE
    const path = sparseFile(SIZE)
    const views = []
    for (let asked = 0; asked < 20; asked++) {
      const { before, longest, tooLong } = await askTooMuch(path)
      assert.equal(tooLong, limited ? 'ERR_BUFFER_TOO_LARGE' : 'ERR_OUT_OF_RANGE')
      // Where a buffer must begin at a page's start, it is 8 bytes too long.
      assert.ok(limited ? ['no error', 'ERR_BUFFER_TOO_LARGE'].includes(longest) : longest === 'ERR_OUT_OF_RANGE', longest)
      views.push(before)
    }
    for (let run = 0; run < 10; run++) {
      collectGarbage()
      await pause(5)
    }
    withOpen(path, (fd) => writeSync(fd, Buffer.of(7)))
    for (const view of views) assert.equal(view[0], 7)
    if (limited) return 'ERR_BUFFER_TOO_LARGE'
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
