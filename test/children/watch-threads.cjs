// Threads that wait for words, wake each other, and are terminated while they do: what the sanitizers are to see of
// word_watch.cc and lock_table.cc. Prints how often each was done.

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { join } = require('node:path')

const dist = join(__dirname, '..', '..', 'dist')
const { binding } = require(join(dist, 'native', 'binding.js'))
const { Waiter, Waits } = require(join(dist, 'sync', 'waiter.js'))

const WORDS = 64
const SECONDS = Number(process.argv[2] ?? 3)
const memory = { condition: 0, onFault: () => undefined }

function waitersOver(buffer) {
  const words = new Int32Array(buffer)
  const waits = new Waits(memory)
  return Array.from({ length: WORDS }, (_, i) => new Waiter(words, i * 2, i * 2 + 1, true, waits))
}

async function follow(waiter) {
  for (;;) {
    await waiter.wait(waiter.load())
    parentPort.postMessage('woken')
  }
}

function runThread() {
  const { buffer, first, count } = workerData
  const member = binding.joinTable(new Uint8Array(buffer))
  setInterval(() => {
    for (let byte = 0; byte < 8; byte++) if (binding.lockTableByte(member, byte, 2) === 0) binding.lockTableByte(member, byte, 0)
  }, 5)
  for (const waiter of waitersOver(buffer).slice(first, first + count)) void follow(waiter)
}

async function main() {
  const buffer = new SharedArrayBuffer(WORDS * 8)
  const waiters = waitersOver(buffer)
  const counts = { woken: 0, published: 0, terminated: 0 }
  const start = (first) => {
    const worker = new Worker(__filename, { workerData: { buffer, first, count: 16 } })
    worker.on('message', () => counts.woken++)
    return worker
  }
  const workers = [0, 16, 32, 48].map(start)
  const end = Date.now() + SECONDS * 1000
  for (let turn = 0; Date.now() < end; turn++) {
    for (const waiter of waiters) waiter.publish(waiter.load() + 1)
    counts.published += WORDS
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (turn % 50 !== 49) continue
    const victim = turn % workers.length
    await workers[victim].terminate()
    counts.terminated++
    workers[victim] = start(victim * 16)
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
  console.log(JSON.stringify(counts))
}

if (isMainThread) void main()
else runThread()
