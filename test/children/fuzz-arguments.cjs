// Calls every exported function, and every method of MappedFile, with every kind of value:
//   fuzz-arguments.cjs --seconds N [--seed S]
// A call may return, or throw an error with a code, or throw what a hostile argument threw. It must not do
// anything else, and must leave no mapping behind. Prints what it did as JSON. Works in the current folder.

const fc = require('fast-check')
const { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { setTimeout: sleep } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const mmap = require('../..')

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, seed: { type: 'string' } } })
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31))
const { MappedFile, PAGESIZE } = mmap

// Damage real memory of the machine, for its own tests: not ours to try.
const DANGEROUS_ADVICE = new Set([mmap.MADV_HWPOISON, mmap.MADV_SOFT_OFFLINE])
const OWN_ERROR = Symbol('thrown by an argument')

const counts = { calls: 0, values: 0, refusals: {}, seed }
const live = []
let inputDescriptor = -1

// ---- values ------------------------------------------------------------------------

const hostile = {
  get offset() {
    throw OWN_ERROR
  },
  toString() {
    throw OWN_ERROR
  },
  valueOf() {
    throw OWN_ERROR
  },
}

// Sizes that exist, and sizes that cannot; nothing that would only fill the machine's memory.
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 40 * PAGESIZE }),
  fc.constantFrom(
    0,
    1,
    -1,
    0.5,
    PAGESIZE,
    2 * PAGESIZE,
    PAGESIZE - 1,
    -PAGESIZE,
    2 ** 48,
    2 ** 53,
    -(2 ** 53),
    2 ** 64,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
  ),
)
const advice = fc
  .oneof(fc.constantFrom('random', 'normal', 'quickly', ''), fc.integer({ min: -2, max: 110 }))
  .filter((value) => !DANGEROUS_ADVICE.has(value))
const names = fc.string({ maxLength: 8 }).map((name) => `f${name.replace(/[/\0.]/g, '_')}`)
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withTypedArray: true,
  withNullPrototype: true,
  withObjectString: true,
  maxDepth: 1,
})

function newMemory() {
  const fd = openSync('input', 'r+')
  const map = live.length % 2 === 0 ? mmap.map : mmap.mapShared
  const memory = map(8 * PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, fd)
  closeSync(fd)
  live.push(memory)
  return memory
}

const memory = fc.integer({ min: 0, max: 7 }).map((kind) => {
  const mapped = newMemory()
  const buffer = mapped.buffer ?? mapped
  switch (kind) {
    case 0:
      return new Uint8Array(buffer, PAGESIZE, 100)
    case 1:
      return new DataView(buffer, 3)
    case 2:
      return new BigInt64Array(buffer)
    case 3:
      mmap.unmap(mapped)
      return mapped
    case 4:
      return Buffer.alloc(PAGESIZE)
    default:
      return mapped
  }
})

const soundOptions = fc.constantFrom(
  {},
  { mode: 'r+' },
  { mode: 'copy' },
  { mode: 'r+', shared: true, maxSize: 100 * PAGESIZE },
  { mode: 'w+', size: 3 * PAGESIZE },
  { mode: 'r+', offset: 5, sparse: true },
)
const wildOptions = fc.record(
  {
    mode: fc.constantFrom('r', 'r+', 'w+', 'copy', 'x'),
    offset: sizes,
    length: sizes,
    size: sizes,
    maxSize: sizes,
    shared: fc.boolean(),
    sparse: fc.boolean(),
    populate: fc.boolean(),
    hugePages: fc.boolean(),
    advice,
    permissions: fc.constantFrom(0o600, 0o777, -1, 'x'),
  },
  { requiredKeys: [] },
)
const fileOptions = fc.oneof({ weight: 2, arbitrary: soundOptions }, { weight: 1, arbitrary: wildOptions })
const ranges = fc.oneof(fc.record({ offset: sizes, length: sizes }, { requiredKeys: [] }), fc.constant(hostile))
const any = fc.oneof(
  { weight: 2, arbitrary: anything },
  { weight: 3, arbitrary: sizes },
  memory,
  names,
  ranges,
  fc.constant(hostile),
  fc.constant(() => 1),
)
// Any value now and then, the right kind of value mostly: only so does a call get past its first check.
const mostly = (arbitrary) => fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: any })
const tuple = (...arbitraries) =>
  fc.tuple(...arbitraries.map(mostly), fc.array(any, { maxLength: 2 })).map((args) => [...args.slice(0, -1), ...args.at(-1)])

const flags = fc.constantFrom(1, 2, 3, 33, 34, 0x10, 0x100000, 0x40022, 0x8001, 0, -1, 2 ** 33)
const protections = fc.constantFrom(0, 1, 2, 3, 5, 7, -1, 2 ** 33)
const descriptors = fc.oneof(
  fc.constant(undefined).map(() => inputDescriptor),
  fc.constantFrom(-1, 12_345, 2 ** 32),
)
const views = fc.constantFrom(Uint8Array, Float64Array, BigUint64Array, DataView, Buffer, Array, 'Uint8Array')

const functions = {
  map: tuple(sizes, protections, flags, descriptors, sizes, advice),
  mapShared: tuple(sizes, protections, flags, descriptors, sizes, advice),
  unmap: tuple(memory),
  advise: fc.oneof(tuple(memory, advice), fc.tuple(mostly(memory), mostly(sizes), mostly(sizes), mostly(advice))),
  incore: fc.oneof(fc.tuple(mostly(memory)), tuple(memory)),
  residency: tuple(memory),
  sync: tuple(memory, fc.oneof(fc.boolean(), sizes), sizes, fc.boolean(), fc.boolean()),
  syncAsync: tuple(memory, sizes, sizes, fc.boolean()),
  prefetch: tuple(memory, sizes, sizes, fc.record({ write: fc.boolean() })),
  protect: tuple(memory, protections, sizes, sizes),
  lock: tuple(memory, sizes, sizes, fc.record({ onFault: fc.boolean() })),
  unlock: tuple(memory, sizes, sizes),
  cacheStat: tuple(descriptors, sizes, sizes),
  supports: tuple(fc.constantFrom('MAP_SHARED', 'MADV_COLD', 'cachestat', 'toString', '__proto__')),
}

const methods = {
  view: tuple(views, sizes, sizes),
  read: tuple(sizes, memory),
  write: tuple(sizes, memory),
  resize: tuple(sizes),
  sync: tuple(ranges),
  syncAsync: tuple(ranges),
  prefetch: tuple(ranges),
  advise: tuple(advice, ranges),
  residency: tuple(ranges),
  lock: tuple(ranges),
  unlock: tuple(ranges),
  close: tuple(),
}

// ---- calls -------------------------------------------------------------------------

async function call(name, run) {
  counts.calls++
  try {
    const value = await run()
    counts.values++
    return value
  } catch (error) {
    if (error === OWN_ERROR) return undefined
    if (error === null || typeof error !== 'object' || typeof error.code !== 'string')
      throw new Error(`${name} threw ${String(error?.stack ?? error)}`)
    counts.refusals[error.code] = (counts.refusals[error.code] ?? 0) + 1
    return undefined
  }
}

async function tryFunction(name, args) {
  const result = await call(name, () => mmap[name](...args))
  if (name === 'map' || name === 'mapShared') touch(result)
}

function touch(result) {
  if (result === undefined) return
  live.push(result)
  const bytes = new Uint8Array(result.buffer ?? result)
  bytes[0] = bytes[bytes.length - 1]
}

async function tryMethod(name, target, how, args) {
  const file = await call('open', () => MappedFile.open(target, how))
  if (file === undefined) return
  try {
    if (Math.random() < 0.1) file.close()
    await call(name, () => file[name](...args))
    await call('buffer', () => file.buffer[0])
  } finally {
    file.close()
  }
}

function endLive() {
  for (const memory of live.splice(0)) {
    try {
      mmap.unmap(memory)
    } catch (error) {
      if (error.code !== 'ERR_MAPPING_CLOSED') throw error
    }
  }
  if (inputDescriptor >= 0) closeSync(inputDescriptor)
  for (const name of readdirSync('.')) rmSync(name)
  writeFileSync('input', Buffer.alloc(8 * PAGESIZE, 7))
  inputDescriptor = openSync('input', 'r+')
}

async function main() {
  const missing = Object.keys(mmap).filter((name) => typeof mmap[name] === 'function' && !(name in functions) && !/^[A-Z]/.test(name))
  if (missing.length > 0) throw new Error(`not tried: ${missing}`)
  endLive()
  const jobs = [
    ...Object.entries(functions).map(([name, args]) => args.map((values) => () => tryFunction(name, values))),
    ...Object.entries(methods).map(([name, args]) =>
      fc
        .tuple(mostly(fc.oneof({ weight: 1, arbitrary: names }, { weight: 4, arbitrary: fc.constant('input') })), mostly(fileOptions), args)
        .map(
          ([target, how, values]) =>
            () =>
              tryMethod(name, pathOnly(target), how, values),
        ),
    ),
  ]
  const end = Date.now() + Number(options.seconds) * 1000
  for (let round = 0; Date.now() < end; round++) {
    for (const job of fc.sample(fc.oneof(...jobs), { seed: seed + round, numRuns: 200 })) await job()
    endLive()
  }
  for (let round = 0; round < 100 && mapped() > 0; round++) {
    gc()
    await sleep(5)
  }
  console.log(JSON.stringify({ ...counts, mapped: mapped() }))
}

// Files are created here, and nowhere else; and standard output may be a file.
function pathOnly(target) {
  if (typeof target === 'number' && target < 3) return inputDescriptor
  if (typeof target === 'string') return target === 'input' ? target : `${target.replace(/[/\0]/g, '_')}x`
  return Buffer.isBuffer(target) || target instanceof Uint8Array ? Buffer.from(`b${target.length}`) : target
}

function mapped() {
  return readFileSync('/proc/self/maps', 'utf8').split(`${process.cwd()}/`).length - 1
}

main()
