// A process that ends with everything open, and faults met: by itself, or (argument "exit") by process.exit.
// Prints "ending".

const { MAP_SHARED, MappedFile, PROT_READ, PROT_WRITE, map, mapShared } = require('mmap-io')
const { closeSync, openSync, truncateSync } = require('node:fs')

const [how, path, length] = process.argv.slice(2)
const fd = openSync(path, 'r+')
const opened = [
  map(Number(length), PROT_READ | PROT_WRITE, MAP_SHARED, fd),
  mapShared(Number(length), PROT_READ | PROT_WRITE, MAP_SHARED, fd),
  MappedFile.open(path, { mode: 'r+' }),
  MappedFile.open(path, { mode: 'r+', shared: true }),
]
closeSync(fd)
truncateSync(path, 0)
const bytes = opened.map((memory) => (memory instanceof MappedFile ? memory.view(Uint8Array) : new Uint8Array(memory.buffer ?? memory)))
for (const view of bytes) view[view.length - 1] = view[0] + 1
globalThis.keptToTheEnd = { opened, bytes }
console.log('ending')
if (how === 'exit') process.exit(0)
