// Meets one kind of fault, once, in the main thread or a worker, and prints what came of it:
//   faults.cjs KIND THREAD FILE
// The file is truncated by another process while JavaScript reads it.

const { spawnSync } = require('node:child_process')
const { isMainThread, Worker, workerData } = require('node:worker_threads')
const { channel } = require('node:diagnostics_channel')
const { openSync } = require('node:fs')
const mmap = require('../..')

const LENGTH = 1 << 20

function truncate(path, length) {
  const { status } = spawnSync('truncate', ['-s', String(length), path])
  if (status !== 0) throw new Error('truncate did not run')
}

function sum(bytes) {
  let total = 0
  for (let i = 0; i < bytes.length; i++) total += bytes[i]
  return total
}

function codeOf(call) {
  try {
    call()
    return 'value'
  } catch (error) {
    return error.code
  }
}

// Resolves when the first fault was told of, and whatever came with it.
function listen(file, faults) {
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, 10_000) // the guard itself keeps no event loop alive
    file.on('fault', (fault) => {
      faults.push([fault.error.code, fault.offset])
      clearTimeout(deadline)
      setImmediate(resolve)
    })
    channel('mmap-io:fault').subscribe((fault) => faults.push(['channel', fault.error.code, fault.offset]))
  })
}

const kinds = {
  async 'truncated raw'(path) {
    const buffer = mmap.map(LENGTH, mmap.PROT_READ, mmap.MAP_SHARED, openSync(path, 'r'))
    const before = sum(buffer)
    truncate(path, 4096)
    return {
      before,
      after: sum(buffer),
      next: codeOf(() => mmap.sync(buffer)),
      again: codeOf(() => mmap.incore(buffer)),
      end: codeOf(() => mmap.unmap(buffer)),
    }
  },

  async 'truncated file'(path) {
    const file = mmap.MappedFile.open(path, { mode: 'r+' })
    const faults = []
    const heard = listen(file, faults)
    const { buffer } = file
    const before = sum(buffer)
    truncate(path, 4096)
    const after = sum(buffer)
    buffer.fill(1)
    const next = codeOf(() => file.sync())
    await heard
    return { before, after, next, faults, fault: file.fault.code, end: codeOf(() => file.close()) }
  },

  async 'stored raw'(path) {
    const buffer = mmap.map(LENGTH, mmap.PROT_READ, mmap.MAP_SHARED, openSync(path, 'r'))
    const before = sum(buffer)
    for (let i = 0; i < LENGTH; i += 10_000) buffer[i] = 9
    return {
      before,
      stored: buffer[10_000],
      kept: buffer[10_001],
      next: codeOf(() => mmap.sync(buffer)),
      end: codeOf(() => mmap.unmap(buffer)),
    }
  },

  async 'stored file'(path) {
    const file = mmap.MappedFile.open(path, { shared: true })
    const faults = []
    const heard = listen(file, faults)
    const { buffer } = file
    const before = sum(buffer)
    buffer.fill(9, 5000)
    const next = codeOf(() => file.read(0, Buffer.alloc(1)))
    await heard
    return { before, stored: buffer[LENGTH - 1], kept: buffer[4999], next, faults, end: codeOf(() => file.close()) }
  },
}

async function main() {
  const [kind, thread, path] = isMainThread ? process.argv.slice(2) : workerData
  if (isMainThread && thread === 'worker') {
    const worker = new Worker(__filename, { workerData: [kind, thread, path] })
    worker.on('message', (answer) => console.log(JSON.stringify(answer)))
    worker.on('error', (error) => {
      throw error
    })
    return
  }
  const answer = await kinds[kind](path)
  if (isMainThread) console.log(JSON.stringify(answer))
  else require('node:worker_threads').parentPort.postMessage(answer)
}

main()
