// Runs the suite with the core built under AddressSanitizer and UndefinedBehaviorSanitizer. Any report ends
// the process that made it, and with it the test. Arguments go to jest.

import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sanitizers = 'address,undefined'

const built = spawnSync(process.execPath, [join(root, 'scripts', 'build-native.mjs'), '--sanitize', sanitizers], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)

const library = (name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim()

const env = {
  ...process.env,
  MMAP_IO_BINARY: join(root, 'build-sanitize', `mmap_io-${sanitizers.replaceAll(',', '-')}.node`),
  // The sanitizers' libraries must come first in every process that may load the addon.
  LD_PRELOAD: [library('libasan.so'), library('libubsan.so'), library('libstdc++.so')].join(' '),
  MMAP_IO_TEST_ROUNDS: '10',
  // The guard installs handlers of its own; what Node itself never frees is not our leak.
  ASAN_OPTIONS: 'allow_user_segv_handler=1:detect_leaks=0:abort_on_error=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
}

// The rest of the suite is about files, programs and documents, and touches nothing of the core that these do not.
const suites = ['test/raw', 'test/memory', 'test/fuzz']
// The sanitizer reports every crash, also those that are meant to be, and makes mlock(2) do nothing.
const others = '^(?!.*(a fault that is not ours|lock brings pages in))'
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
const { status } = spawnSync(process.execPath, [jest, ...suites, '--testNamePattern', others, ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: 'inherit',
})
process.exit(status ?? 1)
