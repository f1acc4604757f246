// Runs what touches the core with the core built under AddressSanitizer and UndefinedBehaviorSanitizer, and its threads
// under ThreadSanitizer. Arguments go to jest.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function buildWith(sanitizers) {
  const script = join(root, 'scripts', 'build-native.mjs')
  const { status } = spawnSync(process.execPath, [script, '--sanitize', sanitizers], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
  return join(root, 'build-sanitize', `mmap_io-${sanitizers.replaceAll(',', '-')}.node`)
}

// The sanitizers' libraries must come first in every process that may load the addon.
function preload(...names) {
  return names.map((name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim()).join(' ')
}

/** Any report ends the process that made it, and with it the test. */
function testAddresses() {
  const env = {
    ...process.env,
    MMAP_IO_BINARY: buildWith('address,undefined'),
    LD_PRELOAD: preload('libasan.so', 'libubsan.so', 'libstdc++.so'),
    MMAP_IO_TEST_ROUNDS: '10',
    // The guard installs handlers of its own; what Node itself never frees is not our leak.
    ASAN_OPTIONS: 'allow_user_segv_handler=1:detect_leaks=0:abort_on_error=1',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  }
  // The rest of the suite is about files, programs and documents, and touches nothing of the core that these do not.
  const suites = ['test/raw', 'test/memory', 'test/fuzz/arguments', 'test/region', 'test/sync/waiter']
  // The sanitizer reports every crash, also those that are meant to be, and makes mlock(2) do nothing.
  const others = '^(?!.*(a fault that is not ours|lock brings pages in))'
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
  const { status } = spawnSync(process.execPath, [jest, ...suites, '--testNamePattern', others, ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  return status === 0
}

/** Runtimes have races of their own: a report counts when a frame of the addon is in it. */
function testThreads() {
  const reports = mkdtempSync(join(tmpdir(), 'mmap-io-tsan-'))
  const program = join(root, 'test', 'children', 'watch-threads.cjs')
  const env = {
    ...process.env,
    MMAP_IO_BINARY: buildWith('thread'),
    LD_PRELOAD: preload('libtsan.so'),
    TSAN_OPTIONS: `exitcode=0:log_path=${join(reports, 'report')}`,
  }
  try {
    // The sanitizer's shadow memory needs the addresses that a process has without randomization.
    const { status, stdout } = spawnSync('setarch', ['-R', process.execPath, program, '10'], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const races = readdirSync(reports)
      .flatMap((name) => readFileSync(join(reports, name), 'utf8').split('=================='))
      .filter((report) => report.includes('mmap_io'))
    console.log(`threads: ${stdout?.trim()}, ${races.length} races in the addon`)
    for (const race of races) console.log(race)
    return status === 0 && races.length === 0
  } finally {
    rmSync(reports, { recursive: true })
  }
}

const passed = [testAddresses(), testThreads()]
process.exit(passed.every(Boolean) ? 0 : 1)
