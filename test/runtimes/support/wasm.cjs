// A WebAssembly module whose function reads outside its memory.

const assert = require('node:assert/strict')

// (module (memory 1) (func (export "load") (param i32) (result i32) local.get 0 i32.load))
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f], // type: i32 -> i32
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x05, 0x03, 0x01, 0x00, 0x01], // memory: 1 page
  ...[0x07, 0x08, 0x01, 0x04, 0x6c, 0x6f, 0x61, 0x64, 0x00, 0x00], // export "load"
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x28, 0x02, 0x00, 0x0b], // its code
)

/** Asserts that an access out of bounds is a RuntimeError, however often it is met. */
function trapInWasm() {
  const { load } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports
  for (let run = 0; run < 1000; run++) {
    assert.equal(load(0), 0)
    for (const address of [65_533, 0x10000, 0x7ffffff0, -4]) assert.throws(() => load(address), WebAssembly.RuntimeError)
  }
}

module.exports = { trapInWasm }
