// What a number must be read with.

import fs from 'node:fs'
import os from 'node:os'

// statfs(2); others are shown as they are.
const FILE_SYSTEMS = { 61267: 'ext4', 16914836: 'tmpfs', 1481003842: 'xfs', 2435016766: 'btrfs', 2035054128: 'overlayfs' }

/** `folder`: where the data lie. */
export function machine(folder) {
  const cpus = os.cpus()
  const { type } = fs.statfsSync?.(folder) ?? {} // Node 18.15
  return {
    processor: cpus[0]?.model.trim() ?? 'unknown processor',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    fileSystem: FILE_SYSTEMS[type] ?? `file system ${type}`,
    node: process.version,
    v8: process.versions.v8,
  }
}

export function describeMachine({ processor, cores, memoryGiB, system, fileSystem, node, v8 }) {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB; ${system}, ${fileSystem}; Node ${node} (V8 ${v8})`
}
