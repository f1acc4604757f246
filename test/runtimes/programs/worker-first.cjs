// A process whose main thread never loads the package: a worker does, maps a file, posts the memory, and ends.
// The main thread goes on using it and lets it be collected. Prints "survived".

const assert = require('node:assert/strict')
const { collectGarbage } = require('../support/runtime.cjs')
const { Thread } = require('../support/thread.cjs')
const { SPARED, piecesMapped, untilCollected } = require('../support/waiting.cjs')

const [task, path, length] = process.argv.slice(2)

async function useFromThreadThatEnds() {
  const thread = new Thread()
  const memory = await thread.do(task, path, Number(length))
  await thread.end()
  collectGarbage()
  assert.notEqual(piecesMapped(path), 0, 'still mapped')
  const words = new Int32Array(memory, 0, 2)
  for (let done = 0; done < 1000; done++) Atomics.add(words, 1, 1)
  return words[1]
}

async function run() {
  const rounds = SPARED + 3
  for (let round = 1; round <= rounds; round++) assert.equal(await useFromThreadThatEnds(), round * 1000)
  await untilCollected(path)
  console.log('survived')
}

run()
