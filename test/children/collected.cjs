// A MappedFile is collected while a view of it lives, then the view: collected.cjs FOLDER

const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { MappedFile } = require('../..')

const path = join(process.argv[2], 'file')
writeFileSync(path, Buffer.alloc(10_000, 7))

const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes(path)
const descriptors = () => readdirSync('/proc/self/fd').length

async function collect(until) {
  for (let round = 0; round < 100 && !until(); round++) {
    gc()
    await sleep(5)
  }
}

async function main() {
  const before = descriptors()
  let file = MappedFile.open(path, { mode: 'r+' })
  const collected = new WeakRef(file)
  let view = file.view(Uint8Array, 100)
  file = undefined
  await collect(() => collected.deref() === undefined)
  view[1] = 9
  const answer = { whileViewed: isMapped(), read: view[0], written: readFileSync(path)[101] }
  view = undefined
  await collect(() => !isMapped())
  console.log(JSON.stringify({ ...answer, afterwards: isMapped(), descriptors: descriptors() - before }))
}

main()
