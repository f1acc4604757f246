// The runtime that these files run in, and how it starts itself again.

const { spawn } = require('node:child_process')
const { join } = require('node:path')

const NAME = globalThis.Bun ? 'bun' : globalThis.Deno ? 'deno' : 'node'
const RUN = { node: ['--expose-gc'], bun: ['run'], deno: ['run', '-A', '--v8-flags=--expose-gc'] }[NAME]

function collectGarbage() {
  if (globalThis.Bun) globalThis.Bun.gc(true)
  else globalThis.gc()
}

/** Runs a script of this folder in a process of its own, in the same runtime; resolves with what it printed. */
function runScript(name, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...RUN, join(__dirname, '..', name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const text = Buffer.concat(output).toString().trim()
      if (code === 0) resolve(text)
      else reject(new Error(`${name} ended with ${signal ?? code}: ${text}`))
    })
  })
}

module.exports = { NAME, collectGarbage, runScript }
