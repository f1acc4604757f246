// Runs a program of a crew in a pid namespace of its own; the crew's wires go to it.

const { spawn } = require('node:child_process')

const [program, ...args] = process.argv.slice(2)
const hook = ['--require', require.resolve('../../support/typescript.cjs')]
const command = ['--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL', process.execPath, ...hook, program, ...args]
const inner = spawn('unshare', command, { stdio: [0, 1, 2, 3, 4, 5] })
inner.on('close', (code) => process.exit(code ?? 1))
