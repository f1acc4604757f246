// Builds the addon into prebuilds/, if a source is newer than what lies there.
//
//   node scripts/build-native.mjs                              the addon that users get
//   node scripts/build-native.mjs --sanitize address,undefined  one with sanitizers, into build-sanitize/

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const { values: options } = parseArgs({ options: { sanitize: { type: 'string' }, force: { type: 'boolean' } } })

const sources = [join(root, 'binding.gyp'), ...readdirSync(join(root, 'src')).map((name) => join(root, 'src', name))]

function isNewerThanSources(file) {
  return file !== undefined && existsSync(file) && sources.every((source) => statSync(source).mtimeMs <= statSync(file).mtimeMs)
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

// Releases of Node come with their headers; where a distribution left them out, node-gyp downloads them.
function headerOptions() {
  const prefix = join(dirname(process.execPath), '..')
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : []
}

function prebuilt() {
  const directory = join(root, 'prebuilds')
  if (!existsSync(directory)) return undefined
  const own = readdirSync(directory).find((name) => name.startsWith(`${process.platform}-${process.arch}-`))
  return own && join(directory, own, 'napi-v8', 'mmap_io.node')
}

// npm brings node-gyp along, and names it to the scripts it runs.
function nodeGyp() {
  const path = process.env.npm_config_node_gyp
  if (path === undefined) throw new Error('run this by npm: npm run build:native -- --sanitize …')
  return path
}

if (options.sanitize !== undefined) {
  const target = join(root, 'build-sanitize', `mmap_io-${options.sanitize.replaceAll(',', '-')}.node`)
  if (!options.force && isNewerThanSources(target)) process.exit(0)
  run(process.execPath, [nodeGyp(), 'rebuild', ...headerOptions(), '--', `-Dsanitize=${options.sanitize}`])
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(root, 'build', 'Release', 'mmap_io.node'), target)
} else if (options.force || !isNewerThanSources(prebuilt())) {
  run(process.execPath, [require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp'), 'rebuild', ...headerOptions()])
}
