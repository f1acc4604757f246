// Corrupts regions and opens them: regions.ts --seconds N [--seed S] [--images N] [--image N]
// Prints what became of them as JSON. A defect names its seed and image: --seed S --image N does only that one again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzRegions } from './region-fuzz'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    images: { type: 'string' },
    image: { type: 'string' },
    directory: { type: 'string', default: tmpdir() },
  },
})

async function main(): Promise<void> {
  const directory = mkdtempSync(join(values.directory, 'mmap-io-fuzz-'))
  try {
    const report = await fuzzRegions({
      seed: Number(values.seed),
      seconds: Number(values.seconds),
      ...(values.images === undefined ? {} : { images: Number(values.images) }),
      ...(values.image === undefined ? {} : { only: Number(values.image) }),
      path: join(directory, 'region'),
    })
    console.log(JSON.stringify(report))
    process.exitCode = report.defects.length === 0 ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

main()
