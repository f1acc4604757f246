// Kills the children of a crew when the crew's process is gone, however it went: they may be stopped, or spin, and notice nothing.
// Reads lines: "+pid start" for a child that began, "-pid" for one that ended. `start` tells a process from a later one of its number.

const { readFileSync } = require('node:fs')

const children = new Map()
let rest = ''

function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return '' // gone, or a system without /proc
  }
}

function take(line) {
  const [pid, start = ''] = line.slice(1).split(' ')
  if (line[0] === '+') children.set(Number(pid), start)
  else children.delete(Number(pid))
}

process.stdin.setEncoding('utf8')
process.stdin.on('data', (text) => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) take(line)
})
process.stdin.on('end', () => {
  for (const [pid, start] of children) {
    if (startOf(pid) !== start) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself, just now.
    }
  }
})
