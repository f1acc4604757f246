// Calls every method in every state, and prints { raw: { state: { method: outcome } }, file: … }.
// An outcome is 'value', or the code of the error. states.cjs FOLDER [worker]

const { randomUUID } = require('node:crypto')
const { closeSync, openSync, rmSync, truncateSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const mmap = require('../..')

const { MappedFile, PAGESIZE, PROT_READ, PROT_WRITE, MAP_SHARED, MAP_PRIVATE } = mmap
const LENGTH = 4 * PAGESIZE
const [folder, thread] = isMainThread ? process.argv.slice(2) : [workerData.folder]

function newFile() {
  const path = join(folder, randomUUID())
  writeFileSync(path, Buffer.alloc(LENGTH, 7))
  return path
}

function mapNew(map, protection, flags, openFlags = 'r+') {
  const path = newFile()
  const fd = openSync(path, openFlags)
  const memory = map(LENGTH, protection, flags, fd)
  closeSync(fd)
  return { memory, path }
}

const writable = () => mapNew(mmap.map, PROT_READ | PROT_WRITE, MAP_SHARED)
const shared = () => mapNew(mmap.mapShared, PROT_READ | PROT_WRITE, MAP_SHARED)

// In a worker: what the main thread posted. In the main thread: what a worker posted that has ended since.
function postedByAnother() {
  if (!isMainThread) return workerData.posted.pop()
  const source = `const mmap = require(${JSON.stringify(join(__dirname, '../..'))}); const fs = require('node:fs')
    const fd = fs.openSync(${JSON.stringify(newFile())}, 'r+')
    require('node:worker_threads').parentPort.postMessage(mmap.mapShared(${LENGTH}, 3, 1, fd)); fs.closeSync(fd)`
  return new Promise((resolve, reject) => {
    let memory
    new Worker(source, { eval: true })
      .on('message', (posted) => {
        memory = posted
      })
      .on('error', reject)
      .on('exit', () => resolve(memory))
  })
}

const rawStates = {
  open: () => writable().memory,
  shared: () => shared().memory,
  'read-only': () => mapNew(mmap.map, PROT_READ, MAP_SHARED, 'r').memory,
  'private copy': () => mapNew(mmap.map, PROT_READ | PROT_WRITE, MAP_PRIVATE, 'r').memory,
  'file deleted'() {
    const { memory, path } = writable()
    rmSync(path)
    return memory
  },
  'file truncated'() {
    const { memory, path } = writable()
    truncateSync(path, 0)
    memory[0] // the access that meets it
    return memory
  },
  unmapped() {
    const { memory } = writable()
    mmap.unmap(memory)
    return memory
  },
  'shared and unmapped'() {
    const { memory } = shared()
    mmap.unmap(memory)
    new Uint8Array(memory)[0] = 1
    return memory
  },
  'posted by another thread': postedByAnother,
  'not mapped': () => Buffer.alloc(LENGTH),
}

const rawMethods = {
  'advise all': (m) => mmap.advise(m, mmap.MADV_RANDOM),
  'advise a part': (m) => mmap.advise(m, PAGESIZE, PAGESIZE, mmap.MADV_NORMAL),
  incore: (m) => mmap.incore(m),
  residency: (m) => mmap.residency(m),
  'sync all': (m) => mmap.sync(m),
  'sync a part, blocking': (m) => mmap.sync(m, PAGESIZE, PAGESIZE, true),
  syncAsync: (m) => mmap.syncAsync(m),
  prefetch: (m) => mmap.prefetch(m),
  'protect for reading': (m) => mmap.protect(m, PROT_READ),
  'protect for writing': (m) => mmap.protect(m, PROT_READ | PROT_WRITE),
  lock: (m) => mmap.lock(m, 0, PAGESIZE),
  unlock: (m) => mmap.unlock(m),
  unmap: (m) => mmap.unmap(m),
}

function closeAfter(file) {
  file.close()
  return file
}

const fileStates = {
  open: () => MappedFile.open(newFile(), { mode: 'r+' }),
  shared: () => MappedFile.open(newFile(), { mode: 'r+', shared: true }),
  'read-only': () => MappedFile.open(newFile()),
  'private copy': () => MappedFile.open(newFile(), { mode: 'copy' }),
  'file deleted'() {
    const path = newFile()
    const file = MappedFile.open(path, { mode: 'r+' })
    rmSync(path)
    return file
  },
  'file truncated'() {
    const path = newFile()
    const file = MappedFile.open(path, { mode: 'r+' })
    const { buffer } = file
    truncateSync(path, 0)
    buffer[0] // the access that meets it
    return file
  },
  closed: () => closeAfter(MappedFile.open(newFile(), { mode: 'r+' })),
  'shared and closed'() {
    const file = MappedFile.open(newFile(), { mode: 'r+', shared: true })
    const { buffer } = file
    file.close()
    buffer[0] = 1
    return file
  },
}

const fileMethods = {
  length: (f) => f.length,
  maxSize: (f) => f.maxSize,
  closed: (f) => f.closed,
  fault: (f) => f.fault,
  buffer: (f) => f.buffer,
  view: (f) => f.view(Float64Array, 8, 1),
  'an empty view': (f) => f.view(Uint8Array, 0, 0),
  read: (f) => f.read(0, Buffer.alloc(8)),
  write: (f) => f.write(0, Buffer.alloc(8)),
  'resize larger': (f) => f.resize(2 * LENGTH),
  'resize to the file': (f) => f.resize(),
  sync: (f) => f.sync(),
  syncAsync: (f) => f.syncAsync(),
  prefetch: (f) => f.prefetch(),
  advise: (f) => f.advise('random'),
  residency: (f) => f.residency(),
  lock: (f) => f.lock({ length: PAGESIZE }),
  unlock: (f) => f.unlock(),
  'post to a worker': (f) => structuredClone(f),
  dispose: (f) => f[Symbol.dispose ?? Symbol.for('nodejs.dispose')](),
  close: (f) => f.close(),
}

async function outcomeOf(method, subject) {
  try {
    await method(subject)
    return 'value'
  } catch (error) {
    return typeof error.code === 'string' ? error.code : error.name
  }
}

async function tableOf(states, methods) {
  const table = {}
  for (const [state, make] of Object.entries(states)) {
    table[state] = {}
    for (const [name, method] of Object.entries(methods)) table[state][name] = await outcomeOf(method, await make())
  }
  return table
}

async function main() {
  if (thread === 'worker') {
    const posted = Object.keys(rawMethods).map(() => shared().memory)
    const worker = new Worker(__filename, { workerData: { folder, posted } })
    worker.on('message', (tables) => console.log(JSON.stringify(tables)))
    return
  }
  const tables = { raw: await tableOf(rawStates, rawMethods), file: await tableOf(fileStates, fileMethods) }
  if (isMainThread) console.log(JSON.stringify(tables))
  else parentPort.postMessage(tables)
}

main()
