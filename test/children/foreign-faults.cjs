// Faults and signals that are none of ours: foreign-faults.cjs KIND FILE LIBRARY
// With FILE, the guard is installed and has worked once; with '-', the package is not even loaded.

const { openSync } = require('node:fs')

const [kind, file, library] = process.argv.slice(2)

if (file !== '-') {
  const mmap = require('../..')
  const buffer = mmap.map(4096, mmap.PROT_READ, mmap.MAP_SHARED, openSync(file, 'r'))
  buffer[0] = 1
}

// Out of bounds in WebAssembly is a fault that V8 turns into an exception.
function trap() {
  const load = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 32, 0, 40,
    2, 0, 11,
  ]
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(load)))
  try {
    exports.f(0x7ffffff0)
  } catch (error) {
    console.log(error.constructor.name)
  }
}

// A stack that overflows meets its guard page; V8 sees it coming.
function overflow() {
  const deeper = () => 1 + deeper()
  try {
    deeper()
  } catch (error) {
    console.log(error.constructor.name)
  }
}

const kinds = {
  'a load from nowhere': () => process.dlopen({ exports: {} }, library),
  'a sent SIGSEGV': () => process.kill(process.pid, 'SIGSEGV'),
  'a sent SIGBUS': () => process.kill(process.pid, 'SIGBUS'),
  'a WebAssembly trap': trap,
  'a stack overflow': overflow,
}

kinds[kind]()
// A signal that was sent arrives, at the latest, when the loop turns.
setTimeout(() => undefined, 50)
