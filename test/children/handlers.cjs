// What programs do with signals and listeners around the guard: handlers.cjs KIND FILE

const { openSync, truncateSync } = require('node:fs')
const mmap = require('../..')

const [kind, path] = process.argv.slice(2)
const mapAll = () => mmap.map(8192, mmap.PROT_READ, mmap.MAP_SHARED, openSync(path, 'r'))

const kinds = {
  // libuv's handler takes ours away, and is put behind it again by the next mapping.
  'a listener for SIGBUS'() {
    mapAll()
    process.on('SIGBUS', () => undefined)
    const buffer = mapAll()
    truncateSync(path, 0)
    return buffer[5000]
  },
  'a listener for SIGBUS that was removed'() {
    mapAll()
    const listener = () => undefined
    process.on('SIGBUS', listener)
    process.off('SIGBUS', listener)
    const buffer = mapAll()
    truncateSync(path, 0)
    return buffer[5000]
  },
  async 'a listener for faults that throws'() {
    const file = mmap.MappedFile.open(path)
    const { buffer } = file
    const caught = new Promise((resolve) => process.once('uncaughtException', (error) => resolve(error.message)))
    const deadline = setTimeout(() => undefined, 10_000)
    file.on('fault', () => {
      throw new Error('from the listener')
    })
    truncateSync(path, 0)
    buffer[5000]
    const message = await caught
    clearTimeout(deadline)
    return message
  },
}

async function main() {
  console.log(JSON.stringify(await kinds[kind]()))
  process.exit(0)
}

main()
