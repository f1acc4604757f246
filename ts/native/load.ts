import { existsSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE_ROOT = join(__dirname, '..', '..')
const NODE_API_VERSION = 8
const { version: VERSION } = require('../../package.json') as { version: string }

/**
 * Where the addon may lie, best first. The two kinds of `prebuilds/` differ in the C
 * library they were linked with; the wrong one does not load, so both are tried.
 */
export function candidates(platform: string = process.platform, arch: string = process.arch): string[] {
  const chosen = process.env.MMAP_IO_BINARY
  if (chosen !== undefined) return [chosen]
  const libraries = platform === 'linux' ? ['glibc', 'musl'] : ['unknown']
  return [
    ...libraries.map((libc) => join(PACKAGE_ROOT, 'prebuilds', `${platform}-${arch}-${libc}`, `napi-v${NODE_API_VERSION}`, 'mmap_io.node')),
    join(PACKAGE_ROOT, 'build', 'Release', 'mmap_io.node'),
  ]
}

/**
 * Loads the addon. Reads the file system; called once, when the package is loaded.
 * The environment variable `MMAP_IO_BINARY` names another file to load instead.
 * @throws {Error} `ERR_BINARY_NOT_FOUND`, naming every path that was tried and the command that builds from source.
 */
export function loadBinary(paths: readonly string[] = candidates()): unknown {
  const failures: string[] = []
  for (const path of paths) {
    if (!existsSync(path)) {
      failures.push(`  ${path}: not there`)
      continue
    }
    try {
      const addon = require(path) as { version?: string }
      if (addon.version === VERSION) return addon
      failures.push(`  ${path}: built for version ${addon.version}, and this is ${VERSION}`)
    } catch (error) {
      failures.push(`  ${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const message = [
    `mmap-io: no binary for ${process.platform}-${process.arch} could be loaded. Tried:`,
    ...failures,
    'To build it from source (needs a C++17 compiler, make and Python 3):',
    `  npx node-gyp rebuild --directory "${PACKAGE_ROOT}"`,
  ].join('\n')
  throw Object.assign(new Error(message), { code: 'ERR_BINARY_NOT_FOUND' })
}
