// What the package promises, tried in the runtime that runs this file: Node 18 to 26, Bun, Deno.
//
// Prints the plan, then a line for each step: `ok name`, `ok name (CODE)` where the runtime lacks something and
// the documented error CODE was thrown instead, or `not ok name: why`. A plan whose end is missing tells of a
// process that died. The package is found by its name.
//
//   node --expose-gc smoke.cjs      bun run smoke.cjs      deno run -A --v8-flags=--expose-gc smoke.cjs

const { removeFiles } = require('./support/files.cjs')

const steps = ['loading', 'raw', 'mapped-file', 'sharing', 'ending', 'faults', 'collecting', 'big-files', 'regions'].flatMap((name) =>
  Object.entries(require(`./steps/${name}.cjs`)),
)

async function run(name, step) {
  console.log(`# ${name}`)
  try {
    const code = await step()
    console.log(code === undefined ? `ok ${name}` : `ok ${name} (${code})`)
    return true
  } catch (error) {
    console.log(`not ok ${name}: ${String(error.stack ?? error).replaceAll('\n', ' | ')}`)
    return false
  }
}

async function main() {
  console.log(`1..${steps.length}`)
  let failed = 0
  for (const [name, step] of steps) {
    if (!(await run(name, step))) failed++
  }
  removeFiles()
  process.exitCode = failed === 0 ? 0 : 1
}

main()
