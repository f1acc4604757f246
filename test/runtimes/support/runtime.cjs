// The runtime that these files run in, and how it starts itself again.

const { spawn } = require('node:child_process')
const { join } = require('node:path')

const NAME = globalThis.Bun ? 'bun' : globalThis.Deno ? 'deno' : 'node'
const RUN = { node: ['--expose-gc'], bun: ['run'], deno: ['run', '-A', '--v8-flags=--expose-gc'] }[NAME]

function collectGarbage() {
  if (globalThis.Bun) globalThis.Bun.gc(true)
  else globalThis.gc()
}

/** Runs a script of these in a process of its own, in the same runtime. */
function run(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...RUN, join(__dirname, '..', script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ end: signal ?? code, text: Buffer.concat(output).toString().trim() }))
  })
}

/** What a script prints, which must end well. */
async function runScript(script, ...args) {
  const { end, text } = await run(script, args)
  if (end !== 0) throw new Error(`${script} ended with ${end}: ${text}`)
  return text
}

/** The exit code of a script, or the signal that ended it. */
async function endOf(script, ...args) {
  return (await run(script, args)).end
}

module.exports = { NAME, collectGarbage, endOf, runScript }
