// Removes build products, named relative to the project's root.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

for (const name of process.argv.slice(2)) {
  rmSync(join(fileURLToPath(new URL('..', import.meta.url)), name), { recursive: true, force: true })
}
