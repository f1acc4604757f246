// What the main thread and worker threads do alike. Arguments and results can be posted.

const { readFileSync, truncateSync } = require('node:fs')
const { MAP_SHARED, MappedFile, PAGESIZE, PROT_READ, PROT_WRITE, map, mapShared, sync, unmap } = require('mmap-io')
const { codeOf } = require('./errors.cjs')
const { fileOf, withOpen } = require('./files.cjs')
const { reopen } = require('./region.cjs')
const { until } = require('./waiting.cjs')

const SIZE = 64 * PAGESIZE
/** Often enough that every runtime compiles the loops below. */
const WARM_UP = 200

function sum(bytes) {
  let total = 0
  for (let index = 0; index < bytes.length; index++) total += bytes[index]
  return total
}

function fill(bytes, byte) {
  for (let index = 0; index < bytes.length; index++) bytes[index] = byte
}

const harms = {
  /** Reads on after the file lost all but its first page of ones. */
  readTruncated(bytes, path) {
    for (let run = 0; run < WARM_UP; run++) sum(bytes)
    truncateSync(path, PAGESIZE)
    return sum(bytes)
  },

  /** Stores twos all over a file of ones that was opened for reading; then looks into the file. */
  storeReadOnly(bytes, path) {
    const elsewhere = new Uint8Array(SIZE)
    for (let run = 0; run < WARM_UP; run++) fill(elsewhere, 2)
    fill(bytes, 2)
    return sum(readFileSync(path))
  },
}

const tasks = {
  /** Does harm to a MappedFile, and tells what followed. */
  async harmFile(harm, shared) {
    const path = fileOf(SIZE, 1)
    const file = MappedFile.open(path, { shared })
    let event
    file.on('fault', ({ error, offset }) => {
      event = { code: error.code, offset }
    })
    const seen = harms[harm](file.view(Uint8Array), path)
    const next = await codeOf(() => file.sync())
    await until("the event 'fault'", () => event !== undefined)
    const property = file.fault?.code
    file.close()
    return { seen, next, event, property }
  },

  /** The same to what the raw functions map. */
  async harmMemory(harm, shared) {
    const path = fileOf(SIZE, 1)
    const memory = withOpen(path, (fd) => (shared ? mapShared : map)(SIZE, PROT_READ, MAP_SHARED, fd))
    const seen = harms[harm](shared ? new Uint8Array(memory, 0, SIZE) : memory, path)
    const next = await codeOf(() => sync(memory))
    unmap(memory)
    return { seen, next }
  },

  /** Adds 1 to the first word, `count` times. */
  add(memory, count) {
    const word = new Int32Array(memory, 0, 1)
    for (let done = 0; done < count; done++) Atomics.add(word, 0, 1)
  },

  /** Opens a region by its handle, and counts in it. */
  count(handle, count) {
    const opener = reopen(handle)
    for (let done = 0; done < count; done++) opener.increment()
    opener.close()
  },

  firstWord: (memory) => new Int32Array(memory, 0, 1)[0],
  sync: (memory) => sync(memory, true),
  unmap: (memory) => unmap(memory),

  /** Maps a file and posts it to whoever asked. */
  mapShared: (path, length) => withOpen(path, (fd) => mapShared(length, PROT_READ | PROT_WRITE, MAP_SHARED, fd)),
  /** Opens a file in every way, and leaves all of it open. */
  leaveOpen(path) {
    const files = [MappedFile.open(path), MappedFile.open(path), MappedFile.open(path, { shared: true })]
    globalThis.leftOpen = [files, files[0].view(Uint8Array), files[2].view(Uint8Array)]
  },

  /** Begins what takes a while on other threads, and does not wait for it. */
  async leaveBusy(path) {
    await Promise.resolve()
    globalThis.leftBusy = [false, true].map((shared) => {
      const file = MappedFile.open(path, { mode: 'r+', shared })
      return [file, file.prefetch({ write: true }), file.syncAsync(), file.prefetch()]
    })
  },

  openShared: (path) => MappedFile.open(path, { mode: 'r+', shared: true }).view(Int32Array).buffer,
}

module.exports = { SIZE, tasks }
