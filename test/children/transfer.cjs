// A worker maps a file, hands the memory itself to the main thread, and ends: transfer.cjs FILE
// Prints what the main thread reads afterwards, and whether the mapping ends with the last buffer.

const { readFileSync } = require('node:fs')
const { setTimeout: sleep } = require('node:timers/promises')
const { Worker } = require('node:worker_threads')

const path = process.argv[2]
const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes(path)

const source = `
  const mmap = require(${JSON.stringify(require.resolve('../..'))})
  const { openSync } = require('node:fs')
  const { parentPort } = require('node:worker_threads')
  const buffer = mmap.map(8192, 3, 1, openSync(${JSON.stringify(path)}, 'r+')).buffer
  parentPort.postMessage(buffer, [buffer])`

async function main() {
  let memory = await new Promise((resolve, reject) => {
    let posted
    new Worker(source, { eval: true })
      .on('message', (message) => {
        posted = message
      })
      .on('error', reject)
      .on('exit', () => resolve(posted))
  })
  await sleep(20)
  const bytes = new Uint8Array(memory)
  const answer = { length: bytes.length, first: bytes[0], last: bytes[8191], mapped: isMapped() }
  require('../..').unmap(memory)
  console.log(JSON.stringify({ ...answer, afterUnmap: [memory.byteLength, isMapped()] }))
  memory = undefined
}

main()
