// A process that is sent a signal; with the argument "mapped", after it mapped memory.

const [signal, mapped] = process.argv.slice(2)
if (mapped === 'mapped') {
  const { MAP_ANONYMOUS, MAP_PRIVATE, PAGESIZE, PROT_READ, map } = require('mmap-io')
  globalThis.kept = map(PAGESIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1)
}
process.kill(process.pid, signal)
setTimeout(() => process.exit(0), 200)
