// Packs the package as `npm publish` would, and uses it as its users do: installed without scripts and without a
// compiler, from both kinds of modules, from TypeScript, and built from source.
//
//   node scripts/check-package.mjs
//
// Works in temporary folders alone. Ends with the line `N passed, N failed`, and with exit code 1 if any failed.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const WORK = realpathSync(mkdtempSync(join(tmpdir(), 'mmap-io-package-')))
process.on('exit', () => rmSync(WORK, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const APP = join(WORK, 'app')
const INSTALLED = join(APP, 'node_modules', 'mmap-io')
const MAX_UNPACKED = 2 * 2 ** 20
const LIMIT_SECONDS = 300

// ---- running programs ---------------------------------------------------------------

// What the npm that runs this script tells its scripts is not for the commands here, and no setting is to hide a fault.
const FOREIGN = /^(npm_(package|lifecycle|config_local)|(INIT_CWD|NODE_OPTIONS|NODE_PATH|MMAP_IO_BINARY)$)/
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)))

/** What a program prints. Throws with all of it when the program fails. */
function run(command, args, { cwd = APP, env = ENV } = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_SECONDS * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 26,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? status}\n${stdout}${stderr}`)
  return stdout
}

/** A program of the project's development dependencies. */
const tool = (name) => join(ROOT, 'node_modules', '.bin', name)

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
}

// ---- packing --------------------------------------------------------------------------

/** `npm pack` in a copy of the project, as its scripts clean and build. */
function pack() {
  const copy = join(WORK, 'project')
  const left = /^(\.git|\.runtimes|node_modules|build.*|coverage|.*\.tgz)$/
  for (const name of readdirSync(ROOT).filter((name) => !left.test(name))) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  run('npm', ['pack', '--pack-destination', WORK], { cwd: copy })
  return join(
    WORK,
    readdirSync(WORK).find((name) => name.endsWith('.tgz')),
  )
}

/** A folder with node, npm and the shell, and nothing that compiles. */
function pathWithoutCompiler() {
  const bin = join(WORK, 'bin')
  mkdirSync(bin)
  const found = (name) =>
    (process.env.PATH ?? '')
      .split(delimiter)
      .map((folder) => join(folder, name))
      .find(existsSync)
  symlinkSync(process.execPath, join(bin, 'node'))
  for (const name of ['npm', 'sh', 'env']) symlinkSync(realpathSync(found(name)), join(bin, name))
  return bin
}

// ---- programs of users ------------------------------------------------------------------

const USE = `
const path = process.argv[2]
writeFileSync(path, Buffer.alloc(mmap.PAGESIZE))
const fd = openSync(path, 'r+')
const buffer = mmap.map(mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, fd)
closeSync(fd)
buffer.writeDoubleLE(Math.PI, 8)
const file = MappedFile.open(path)
if (file.view(Float64Array, 0)[1] !== Math.PI) throw new Error('not mapped')
file.close()
mmap.unmap(buffer)
console.log('mapped')
`
const PROGRAMS = {
  'use.cjs': `const { closeSync, openSync, writeFileSync } = require('node:fs')\nconst mmap = require('mmap-io')\nconst { MappedFile } = mmap${USE}`,
  'use.mjs': `import { closeSync, openSync, writeFileSync } from 'node:fs'\nimport mmap, { MappedFile } from 'mmap-io'${USE}`,
}

const TYPED = `
import { closeSync, openSync, writeFileSync } from 'node:fs'
import mmap, { MappedFile, MappingError, type Advice, type Fault, type FileMode, type MappedFileOptions, type MappingErrorCode } from 'mmap-io'

const path: string = process.argv[2]!
const mode: FileMode = 'r+'
const advice: Advice = 'sequential'
const options: MappedFileOptions = { mode, advice, shared: true }
writeFileSync(path, Buffer.alloc(mmap.PAGESIZE))
const fd = openSync(path, 'r+')
const buffer: Buffer = mmap.map(mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, fd)
const memory: SharedArrayBuffer = mmap.mapShared(mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, fd)
closeSync(fd)
const file: MappedFile = MappedFile.open(path, options)
const numbers: Float64Array = file.view(Float64Array, 0)
numbers[1] = Math.PI
file.on('fault', ({ error, offset }) => console.log(error.code, offset.toFixed()))
export const heard = (fault: Fault): MappingErrorCode => fault.error.code
// @ts-expect-error: a string is no view
export const wrong = () => file.view(String, 0)
if (buffer.readDoubleLE(8) !== Math.PI || memory.byteLength < buffer.length) throw new Error('not mapped')
try {
  file.close()
  file.sync()
} catch (error) {
  if (error instanceof MappingError && error.code === 'ERR_MAPPING_CLOSED') console.log('mapped')
}
`
const TYPED_REQUIRE = `
import { writeFileSync } from 'node:fs'
import mmap = require('mmap-io')

const options: mmap.MappedFileOptions = { mode: 'w+', size: mmap.PAGESIZE }
const file: mmap.MappedFile = mmap.MappedFile.open(process.argv[2]!, options)
writeFileSync(process.argv[2]!, 'mapped', { flag: 'r+' })
console.log(file.buffer.toString('latin1', 0, 6))
file.close()
`
const TSCONFIG = {
  compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, types: ['node'], outDir: 'out' },
  files: ['typed.cts', 'typed.mts', 'required.cts'],
}

/** A user's project. */
function makeApp() {
  const files = {
    ...PROGRAMS,
    'typed.cts': TYPED,
    'typed.mts': TYPED,
    'required.cts': TYPED_REQUIRE,
    'package.json': JSON.stringify({ private: true }),
    'tsconfig.json': JSON.stringify(TSCONFIG),
  }
  mkdirSync(APP)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(APP, name), text)
}

function mapsAFile(program, options) {
  assert.equal(run(process.execPath, [program, join(WORK, 'mapped')], options).trim(), 'mapped')
}

/** The median time of processes that load the package, less the median of those that load nothing. */
function loadTime() {
  const codes = ['', "require('mmap-io')"]
  const times = codes.map(() => [])
  for (let round = 0; round < 21; round++) {
    codes.forEach((code, index) => {
      const begin = performance.now()
      run(process.execPath, ['-e', code])
      times[index].push(performance.now() - begin)
    })
  }
  const [empty, loaded] = times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)])
  return `${(loaded - empty).toFixed(1)} ms more than an empty process, which takes ${empty.toFixed(1)} ms`
}

// ---- building from source ---------------------------------------------------------------

/** The error of loading the package without any binary. */
function failureToLoad() {
  const code = "try { require('mmap-io'); console.log('{}') } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }"
  return JSON.parse(run(process.execPath, ['-e', code]))
}

/** npx takes what lies in node_modules/.bin first: npm's own node-gyp here, so that none is downloaded. */
function linkNodeGyp() {
  const bundled = join(run('npm', ['root', '--global']).trim(), 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const bin = join(APP, 'node_modules', '.bin')
  if (!existsSync(bundled)) return
  mkdirSync(bin, { recursive: true })
  symlinkSync(bundled, join(bin, 'node-gyp'))
}

/** Releases of Node come with their headers; where a distribution left them out, node-gyp downloads them. */
function headerEnvironment() {
  const prefix = join(dirname(process.execPath), '..')
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: prefix } : {}
}

// ---- the steps --------------------------------------------------------------------------

const state = {}

const steps = {
  'npm pack packs it'() {
    state.tarball = pack()
  },

  'publint finds nothing'() {
    assert.match(run(process.execPath, [tool('publint'), 'run', '--strict', state.tarball]), /All good!/)
  },

  'attw finds nothing, for node10, CommonJS, ES modules and bundlers'() {
    run(process.execPath, [tool('attw'), state.tarball])
  },

  'it installs without scripts and without a compiler'() {
    state.env = { ...ENV, PATH: pathWithoutCompiler() }
    assert.deepEqual(
      ['cc', 'c++', 'gcc', 'g++', 'clang', 'make', 'python3'].filter((name) => !spawnSync(name, { env: state.env }).error),
      [],
    )
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', state.tarball], { env: state.env })
  },

  'it contains what it should, and nothing else'() {
    const files = filesUnder(INSTALLED)
    const has = (start) => files.some((file) => file.startsWith(start))
    const wanted = [
      `prebuilds/${process.platform}-${process.arch}-`,
      'dist/index.js',
      'dist/index.mjs',
      'dist/index.d.ts',
      'dist/index.d.mts',
      'src/addon.cc',
      'binding.gyp',
    ]
    const documents = ['README.md', 'LICENSE'].filter((name) => existsSync(join(ROOT, name)))
    assert.deepEqual(
      [...wanted, ...documents].filter((start) => !has(start)),
      [],
      'missing',
    )
    assert.deepEqual(
      files.filter((file) => /^(test|bench|examples|scripts|ts|build|node_modules|\.)/.test(file)),
      [],
      'too much',
    )
  },

  'it names no folder of the machine that built it'() {
    const names = [ROOT, WORK]
    const naming = filesUnder(INSTALLED).filter((file) => names.some((name) => readFileSync(join(INSTALLED, file)).includes(name)))
    assert.deepEqual(naming, [])
  },

  'it is smaller than 2 MB unpacked'() {
    const size = filesUnder(INSTALLED).reduce((total, file) => total + statSync(join(INSTALLED, file)).size, 0)
    assert.ok(size < MAX_UNPACKED, `${size} bytes`)
    return `${(size / 1000).toFixed(0)} kB`
  },

  'require maps a file': () => mapsAFile('use.cjs', { env: state.env }),
  'import maps a file': () => mapsAFile('use.mjs', { env: state.env }),

  'TypeScript compiles both kinds of modules, and they map a file'() {
    const types = join(APP, 'node_modules', '@types')
    mkdirSync(types, { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(types, 'node'))
    run(process.execPath, [tool('tsc'), '-p', APP])
    for (const program of ['out/typed.cjs', 'out/typed.mjs', 'out/required.cjs']) mapsAFile(program)
  },

  'loading it takes': loadTime,

  'without a binary, it names every path it tried and the command that builds one'() {
    rmSync(join(INSTALLED, 'prebuilds'), { recursive: true })
    const { code, message } = failureToLoad()
    assert.equal(code, 'ERR_BINARY_NOT_FOUND')
    const platform = `${process.platform}-${process.arch}`
    const libraries = process.platform === 'linux' ? ['glibc', 'musl'] : ['unknown']
    const places = [...libraries.map((library) => join('prebuilds', `${platform}-${library}`, 'napi-v8')), join('build', 'Release')]
    const tried = places.map((place) => `${join(INSTALLED, place, 'mmap_io.node')}: not there`)
    assert.deepEqual(
      tried.filter((line) => !message.includes(line)),
      [],
      message,
    )
    state.command = message.split('\n').find((line) => line.trim().startsWith('npx node-gyp rebuild --directory'))
    assert.ok(state.command, message)
  },

  'that very command builds one, and it loads'() {
    linkNodeGyp()
    run('sh', ['-c', state.command], { env: { ...ENV, ...headerEnvironment() } })
    for (const program of ['use.cjs', 'use.mjs']) mapsAFile(program)
  },
}

makeApp()
let failed = 0
for (const [name, step] of Object.entries(steps)) {
  try {
    const told = step()
    console.log(`ok ${name}${told === undefined ? '' : `: ${told}`}`)
  } catch (error) {
    failed++
    console.log(`not ok ${name}: ${error.message}`)
  }
}
console.log(`\n${Object.keys(steps).length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
