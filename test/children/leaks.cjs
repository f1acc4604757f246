// Makes many mappings and ends them in one of several ways; prints what is left of them: leaks.cjs WAY FOLDER

const { openSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { Worker } = require('node:worker_threads')
const mmap = require('../..')

const [way, folder] = process.argv.slice(2)
const path = join(folder, 'leak-file')
writeFileSync(path, Buffer.alloc(10_000, 7))
const fd = openSync(path, 'r+')
const { PROT_READ, PROT_WRITE, MAP_SHARED, MappedFile } = mmap
const RW = PROT_READ | PROT_WRITE

const mapped = () => readFileSync('/proc/self/maps', 'utf8').split(path).length - 1
const addressSpace = () => readFileSync('/proc/self/maps', 'utf8').split('\n').length
const descriptors = () => readdirSync('/proc/self/fd').length

function check(condition, message) {
  if (!condition) throw new Error(message)
}

async function inWorkers(rounds, source) {
  for (let round = 0; round < rounds; round++) {
    const worker = new Worker(
      `const mmap = require(${JSON.stringify(join(__dirname, '../..'))}); const path = ${JSON.stringify(path)}; ${source}`,
      { eval: true },
    )
    await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve))
  }
}

const ways = {
  '100,000 times map and unmap'() {
    for (let round = 0; round < 100_000; round++) {
      const buffer = mmap.map(10_000, RW, MAP_SHARED, fd)
      check(buffer[5000] === 7, 'another byte')
      mmap.unmap(buffer)
    }
  },
  async '100,000 times mapShared and unmap'() {
    for (let round = 0; round < 100_000; round++) {
      mmap.unmap(mmap.mapShared(10_000, RW, MAP_SHARED, fd))
      if (round % 1000 === 0) await sleep(0)
    }
  },
  '20,000 times MappedFile, opened and closed'() {
    for (let round = 0; round < 20_000; round++) {
      const file = MappedFile.open(path, { mode: 'r+', shared: round % 2 === 0 })
      check(file.buffer[5000] === 7, 'another byte')
      file.close()
    }
  },
  '10,000 mappings, left to the collector'() {
    const kept = []
    for (let round = 0; round < 5000; round++) kept.push(mmap.map(10_000, RW, MAP_SHARED, fd), mmap.mapShared(10_000, RW, MAP_SHARED, fd))
    check(mapped() > 9000, 'they were not all mapped at once')
  },
  '5,000 MappedFiles, left to the collector'() {
    const kept = []
    for (let round = 0; round < 5000; round++) {
      const file = MappedFile.open(path, { shared: round % 2 === 0 })
      kept.push(file, round % 3 === 0 ? file.buffer : undefined)
    }
    check(descriptors() > 5000, 'they were not all open at once')
  },
  '50 workers that end without closing anything'() {
    return inWorkers(
      50,
      `const fd = require('node:fs').openSync(path); globalThis.kept = [mmap.map(10000, 1, 1, fd), mmap.mapShared(10000, 1, 1, fd), mmap.MappedFile.open(path), mmap.MappedFile.open(path, { shared: true }).buffer]; require('node:fs').closeSync(fd)`,
    )
  },
  async '100 workers that are terminated at work'() {
    const source = `
      const mmap = require(${JSON.stringify(join(__dirname, '../..'))})
      const path = ${JSON.stringify(path)}
      const fd = require('node:fs').openSync(path, 'r+')
      for (let round = 0; ; round++) {
        const file = mmap.MappedFile.open(path, { mode: 'r+', shared: round % 2 === 0 })
        file.buffer[0]
        file.syncAsync().catch(() => undefined)
        if (round % 3 > 0) file.close()
        const buffer = mmap.map(10000, 3, 1, fd)
        mmap.incore(buffer)
        mmap.prefetch(buffer).catch(() => undefined)
        if (round % 3 > 0) mmap.unmap(buffer)
        mmap.mapShared(10000, 3, 1, fd)
        if (round > 100) for (;;) mmap.supports('MADV_COLD')
      }`
    for (let round = 0; round < 100; round++) {
      const worker = new Worker(source, { eval: true, env: { ...process.env } })
      await new Promise((resolve) => worker.on('online', resolve))
      await sleep(round % 30)
      await worker.terminate()
    }
  },
  '1,000 arguments that are refused'() {
    for (let round = 0; round < 1000; round++) {
      for (const call of [
        () => mmap.map(10_000, RW, MAP_SHARED, fd, 0, 4711),
        () => MappedFile.open(path, { advice: 4711 }),
        () => MappedFile.open(path, { offset: 20_000 }),
        () => MappedFile.open(path, { mode: 'r+', maxSize: 2 ** 52 }),
      ]) {
        try {
          call()
        } catch {
          continue
        }
        throw new Error('was not refused')
      }
    }
  },
}

async function main() {
  await inWorkers(1, '') // what Node itself opens for its first worker, and keeps
  const before = { descriptors: descriptors(), addressSpace: addressSpace() }
  await ways[way]()
  for (let round = 0; round < 200 && (mapped() > 0 || descriptors() > before.descriptors); round++) {
    gc()
    await sleep(5)
  }
  console.log(
    JSON.stringify({
      mapped: mapped(),
      descriptors: descriptors() - before.descriptors,
      grown: addressSpace() - before.addressSpace > 500,
    }),
  )
}

main()
