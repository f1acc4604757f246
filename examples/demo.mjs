// npm run demo: both example programs, on input that they make, or on yours:
//
//   npm run demo -- [--wav FILE] [--folder FOLDER]

import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { run as runGameMap } from './game-map/run.mjs'
import { run as runMedia } from './media/run.mjs'

const { values } = parseArgs({ options: { wav: { type: 'string' }, folder: { type: 'string' } } })
const folder = values.folder ?? fileURLToPath(new URL('output', import.meta.url))
mkdirSync(folder, { recursive: true })

const log = (...words) => console.log(...words)

log('A tile world in a mapped file, simulated by several processes at once')
const world = await runGameMap({ file: join(folder, 'world.map'), out: join(folder, 'world.png'), log })

log('\nA sound file, measured, normalised and drawn by worker threads over one mapping')
const sound = await runMedia({ file: values.wav ?? join(folder, 'sound.wav'), picture: join(folder, 'sound.png'), log })

log('\nPictures:')
for (const { picture } of [world, sound]) log(`  ${relative(process.cwd(), picture)}`)
