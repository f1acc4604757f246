const { parentPort } = require('node:worker_threads')
const { tasks } = require('./tasks.cjs')

parentPort.on('message', async ({ task, args }) => {
  if (task === 'end') {
    if (parentPort.close) parentPort.close()
    else globalThis.close() // Deno
    return
  }
  try {
    parentPort.postMessage({ result: await tasks[task](...args) })
  } catch (error) {
    parentPort.postMessage({ error: error.stack ?? String(error) })
  }
})
