import { execFileSync, spawnSync } from 'node:child_process'
import { atTestEnd, tempDirectory } from './temp'

/** Whether this user may mount a file system: root, outside of most containers. */
export const canMount: boolean = (() => {
  const probe = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt'])
  return probe.status === 0
})()

/** A file system of `kilobytes`, gone when the current test ends. */
export function smallDisk(kilobytes: number): string {
  const mount = tempDirectory()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', mount])
  atTestEnd(() => execFileSync('umount', [mount]))
  return mount
}
