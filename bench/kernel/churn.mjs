import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { placer } from './blocks.mjs'
import { readChurn } from './churns.mjs'
import { limit } from './limit.mjs'
import { openRegion } from './regions.mjs'

const require = createRequire(import.meta.url)
const ALLOCATORS = { jemalloc: 'libjemalloc.so.2', mimalloc: 'libmimalloc.so.2' }
const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']

const byArena = {
  begin(setting) {
    const life = newLife(setting, `churn-${process.pid}`)
    const run = (count) => {
      for (let i = 0; i < count; i++) life.step()
      return count
    }
    return { answer: () => run(setting.churn.live), run }
  },
}

/** `step()` replaces the next block; after the last it begins with the replacements anew. */
function newLife(setting, name) {
  const region = openRegion(setting, name, true)
  const place = placer(region)
  const words = readChurn(setting.churn)
  const first = setting.churn.live * 2
  let at = 0
  const step = () => {
    place(words[at], words[at + 1])
    at = at + 2 === words.length ? first : at + 2
  }
  return { region, words, step }
}

export const asks = 'How long does it take to replace a block among 20,000 of lengths from 16 bytes to 256 KiB?'
export const title = 'blocks that come and go'
export const unit = 'block'
export const contestants = {
  'mmap-io, alloc, publish, free': byArena,
  'C++ malloc, free': limit('churn', ({ churn }) => churn.file),
}
export const ratios = [['mmap-io, alloc, publish, free', 'C++ malloc, free']]

/** What the live blocks take, at the end of that life. */
export function remarks(setting) {
  const { region, words, step } = newLife(setting, 'churn-space')
  for (let i = 0; i < words.length; i += 2) step()
  const lengths = new Uint32Array(setting.churn.live)
  for (let i = 0; i < words.length; i += 2) lengths[words[i]] = words[i + 1]
  const asked = lengths.reduce((sum, length) => sum + length, 0)
  const lines = [
    `20,000 live blocks of ${(asked / 2 ** 20).toFixed(1)} MiB in all, each replaced ten times on average`,
    arenaLine(setting, region, asked, lengths),
  ]
  region.close()
  return [...lines, ...mallocLines(setting, asked)]
}

function freePages(built, { memory, place, slots }) {
  const { census } = require(join(built, 'arena', 'census.js'))
  const { arenaPlaceOf } = require(join(built, 'region', 'region.js'))
  const { problems, freePages: pages } = census(arenaPlaceOf(memory, place), slots)
  if (problems.length > 0) throw new Error(`the arena is not whole: ${problems[0]}`)
  return pages
}

function arenaLine({ built }, region, asked, { length: count }) {
  const { arena, memory, place } = region
  const first = place.header / 4
  let blocks = 0
  for (let slot = 0; slot < count; slot++) blocks += arena.capacity(memory.front[first + slot] >>> 0) * 8
  const start = place.firstPage * 4096
  const free = freePages(built, region) * 4096
  const all = region.size - start
  const entries = all / 1024 // of the page table: 4 bytes a page
  const share = (bytes) => `${((bytes / asked) * 100).toFixed(1)} %`
  return (
    `arena, beside what was asked for: ${share(blocks - asked)} lost in blocks (${((blocks - asked) / count).toFixed(0)} bytes each), ` +
    `${share(all - free - blocks)} free in classes and magazines, ${share(free)} free pages, ${share(entries)} page table: ` +
    `${((all + entries) / asked).toFixed(3)} x in all`
  )
}

function mallocLines({ limit: { program, missing }, churn }, asked) {
  if (missing !== undefined) return []
  const told = (name, environment) => {
    const grown = Number(execFileSync(program, ['space', churn.file, '0'], { env: { ...process.env, ...environment }, encoding: 'utf8' }))
    return `${name}: ${(grown / asked).toFixed(3)} x, as resident memory`
  }
  const others = Object.entries(ALLOCATORS).map(([name, file]) => {
    const library = LIBRARIES.map((folder) => `${folder}/${file}`).find(existsSync)
    return library === undefined ? `${name} is not installed` : told(name, { LD_PRELOAD: library })
  })
  return [told("the C library's malloc", {}), ...others]
}
