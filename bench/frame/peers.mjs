// Packages to compare with. They are installed into bench/.peers/, which git ignores, and never become
// dependencies: one folder for each package and each version of Node's binary interface.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PEERS = fileURLToPath(new URL('../.peers/', import.meta.url))
const PATIENCE_MS = 300_000

/**
 * Installs a package unless it is there. Returns { path, version } for require() or import, or { missing: why }.
 * `scripts`: the packages that may run install scripts, which npm 12 blocks otherwise.
 */
export function peer(name, version, scripts = [name]) {
  const folder = join(PEERS, `node-v${process.versions.modules}`, `${name.replace('/', '+')}@${version}`)
  const path = join(folder, 'node_modules', name)
  if (loadProblem(path) === undefined) return { path, version }
  const failure = install(folder, `${name}@${version}`, scripts) ?? loadProblem(path)
  return failure === undefined ? { path, version } : { missing: `${name}@${version} ${failure}` }
}

function loadProblem(path) {
  if (!existsSync(path)) return 'was not installed'
  const { status, stderr } = spawnSync(process.execPath, ['-e', 'require(process.argv[1])', path], { encoding: 'utf8' })
  return status === 0 ? undefined : `does not load: ${problemIn(stderr)}`
}

// npm, and the compiler it calls, must serve the Node that runs us, which need not be the first on the PATH.
function environment() {
  const prefix = join(dirname(process.execPath), '..')
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: prefix } : {}
  // The headers of Node 24 are C++20, which packages from before do not ask for.
  const dialect = Number(process.versions.modules) >= 137 ? { CXXFLAGS: `${process.env.CXXFLAGS ?? ''} -std=c++20` } : {}
  return { ...process.env, ...headers, ...dialect, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` }
}

function install(folder, specifier, scripts) {
  mkdirSync(folder, { recursive: true })
  const allowScripts = Object.fromEntries(scripts.map((script) => [script, true]))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ private: true, allowScripts }, null, 2)}\n`)
  const args = ['install', specifier, '--foreground-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  const { status, error, stdout, stderr } = spawnSync('npm', args, {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  })
  return status === 0 ? undefined : `does not install: ${error?.message ?? problemIn(stdout + stderr)}`
}

// What a compiler says first tells most; what npm says of it, least.
const TELLING = [/\berror: (.+)/, /^(\w*Error: .+)/, /\bERR! (.+)/, /\bnpm error (.+)/, /^(.+)$/]

function problemIn(output) {
  const lines = output.split('\n').map((line) => line.trim())
  for (const pattern of TELLING) {
    const told = lines.find((line) => pattern.test(line))
    if (told !== undefined) return pattern.exec(told)[1].slice(0, 160)
  }
  return 'no reason given'
}
