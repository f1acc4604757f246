import { execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PNG } from 'pngjs'

const MEDIA = join(__dirname, '../../examples/media')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

// ---- running the program ----------------------------------------------------------

interface Outcome {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

function node(args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: join(MEDIA, '../..'), timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr }),
    )
  })
}

function media(...args: string[]): Promise<Outcome> {
  return node([join(MEDIA, 'index.mjs'), ...args])
}

/** Runs it, and expects it to do well. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await media(...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function infoOf(...args: string[]) {
  return JSON.parse(await done('info', '--json', ...args))
}

// ---- WAV files, byte by byte ----------------------------------------------------------

type Encoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64'
const BYTES: Record<Encoding, number> = { pcm8: 1, pcm16: 2, pcm24: 3, pcm32: 4, float32: 4, float64: 8 }
const ENCODINGS = Object.keys(BYTES) as Encoding[]

const isFloat = (encoding: Encoding) => encoding.startsWith('float')
const fullScale = (encoding: Encoding) => (isFloat(encoding) ? 1 : 2 ** (BYTES[encoding] * 8 - 1))

function put(bytes: Buffer, encoding: Encoding, at: number, value: number) {
  if (encoding === 'pcm8') bytes.writeUInt8(value + 128, at)
  else if (encoding === 'float32') bytes.writeFloatLE(value, at)
  else if (encoding === 'float64') bytes.writeDoubleLE(value, at)
  else bytes.writeIntLE(value, at, BYTES[encoding])
}

function get(bytes: Buffer, encoding: Encoding, at: number): number {
  if (encoding === 'pcm8') return bytes.readUInt8(at) - 128
  if (encoding === 'float32') return bytes.readFloatLE(at)
  if (encoding === 'float64') return bytes.readDoubleLE(at)
  return bytes.readIntLE(at, BYTES[encoding])
}

function encode(encoding: Encoding, samples: number[]): Buffer {
  const bytes = Buffer.alloc(samples.length * BYTES[encoding])
  for (const [index, sample] of samples.entries()) put(bytes, encoding, index * BYTES[encoding], sample)
  return bytes
}

function decode(encoding: Encoding, bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / BYTES[encoding] }, (_, index) => get(bytes, encoding, index * BYTES[encoding]))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** `length` is what its header says, when that is not the truth. */
function chunk(id: string, body: Buffer, length = body.length): Buffer {
  return Buffer.concat([Buffer.from(id, 'latin1'), uint32(length), body, Buffer.alloc(body.length % 2)])
}

interface Fmt {
  tag?: number
  channels?: number
  rate?: number
  align?: number
  bits?: number
  /** The sub-format of an extensible one, and its valid bits. */
  sub?: number
  valid?: number
  guid?: string
}

function fmt(encoding: Encoding, { channels = 1, rate = 8000, ...more }: Fmt = {}): Buffer {
  const body = Buffer.alloc(more.sub === undefined ? 16 : 40)
  body.writeUInt16LE(more.sub === undefined ? (more.tag ?? (isFloat(encoding) ? 3 : 1)) : 0xfffe, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(rate, 4)
  body.writeUInt16LE(more.align ?? channels * BYTES[encoding], 12)
  body.writeUInt16LE(more.bits ?? BYTES[encoding] * 8, 14)
  if (more.sub !== undefined) {
    body.writeUInt16LE(22, 16)
    body.writeUInt16LE(more.valid ?? BYTES[encoding] * 8, 18)
    body.writeUInt16LE(more.sub, 24)
    body.write(more.guid ?? '000000001000800000aa00389b71', 26, 'hex')
  }
  return chunk('fmt ', body)
}

function riff(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks])
  return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body])
}

function ds64(dataLength: bigint, entries = 0): Buffer {
  return chunk('ds64', Buffer.concat([uint64(0n), uint64(dataLength), uint64(0n), uint32(entries)]))
}

function rf64(...chunks: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('RF64'), uint32(0xffff_ffff), Buffer.from('WAVE'), ...chunks])
}

// ---- what is to be expected -------------------------------------------------------------

/** Numbers from 0 to 1, the same in every run. */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function noise(encoding: Encoding, count: number, seed = 1): number[] {
  const next = randoms(seed)
  const scale = fullScale(encoding) * 0.9
  return Array.from({ length: count }, () => {
    const value = (next() * 2 - 1) * scale * next()
    return encoding === 'float32' ? Math.fround(value) : isFloat(encoding) ? value : Math.round(value) + 0
  })
}

function levelOf(encoding: Encoding, samples: number[]) {
  let peak = 0
  let squares = 0
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample))
    squares += sample ** 2
  }
  return { peak: peak / fullScale(encoding), rms: Math.sqrt(squares / samples.length) / fullScale(encoding) }
}

function scaled(encoding: Encoding, samples: number[], factor: number): { samples: number[]; clipped: number } {
  if (isFloat(encoding)) return { samples: samples.map((sample) => sample * factor), clipped: 0 }
  const [lowest, highest] = [-fullScale(encoding), fullScale(encoding) - 1]
  const exact = samples.map((sample) => Math.round(sample * factor) + 0)
  return {
    samples: exact.map((sample) => Math.min(highest, Math.max(lowest, sample))),
    clipped: exact.filter((sample) => sample < lowest || sample > highest).length,
  }
}

/** Where samples can begin, after a chunk of so many bytes: at a multiple of their size, and elsewhere. RIFF has even places only. */
const EVERY = ENCODINGS.flatMap((encoding) => {
  const ahead = (junk: number) => chunk('JUNK', Buffer.alloc(junk))
  const aligned = { encoding, ahead: ahead(4), place: 'an aligned' }
  return BYTES[encoding] < 4 ? [aligned] : [aligned, { encoding, ahead: ahead(2), place: 'an odd' }]
})

describe('info', () => {
  test.each(EVERY)('tells peak and RMS of $encoding at $place place', async ({ encoding, ahead }) => {
    const samples = noise(encoding, 3 * 5000, 7)
    const path = join(folder, 'info.wav')
    await writeFile(path, riff(ahead, fmt(encoding, { channels: 3 }), chunk('data', encode(encoding, samples))))
    const { overall, levels, ...rest } = await infoOf(path)
    expect(rest).toMatchObject({ container: 'RIFF', encoding, channels: 3, rate: 8000, frames: 5000, broken: 0 })
    const close = ({ peak, rms }: { peak: number; rms: number }) => ({ peak: expect.closeTo(peak, 12), rms: expect.closeTo(rms, 9) })
    expect(overall).toMatchObject(close(levelOf(encoding, samples)))
    for (const channel of [0, 1, 2]) {
      const own = samples.filter((_, index) => index % 3 === channel)
      expect(levels[channel]).toMatchObject(close(levelOf(encoding, own)))
    }
  })

  test('prints a table in dBFS', async () => {
    const path = join(folder, 'table.wav')
    const frames = Array.from({ length: 100 }, (_, index) => [index % 2 === 0 ? 16_384 : -16_384, 0]).flat()
    await writeFile(path, riff(fmt('pcm16', { channels: 2 }), chunk('data', encode('pcm16', frames))))
    const lines = (await done('info', path)).split('\n')
    expect(lines).toContain('RIFF WAVE, PCM 16 bit, 2 channels, 8000 Hz')
    expect(lines).toContain('0:00.013, 100 frames, from byte 44')
    expect(lines).toContain('1              -6.02     -6.02')
    expect(lines).toContain('2               -inf      -inf')
    expect(lines).toContain('overall        -6.02     -9.03')
  })

  test('counts samples that are no number as silence, and says so', async () => {
    const path = join(folder, 'broken.wav')
    const samples = [0.5, Number.NaN, -0.25, Number.POSITIVE_INFINITY]
    await writeFile(path, riff(fmt('float32'), chunk('data', encode('float32', samples))))
    expect(await infoOf(path)).toMatchObject({ broken: 2, overall: { peak: 0.5, rms: Math.sqrt((0.25 + 0.0625) / 4) } })
  })
})

describe('the header', () => {
  const samples = noise('pcm16', 200)
  const data = chunk('data', encode('pcm16', samples))
  const raw = encode('pcm16', samples)
  const open = (riffLength: number, dataLength: number) => {
    const bytes = riff(fmt('pcm16'), chunk('data', raw, dataLength))
    bytes.writeUInt32LE(riffLength, 4)
    return bytes
  }
  test.each([
    ['data ahead of fmt', riff(data, fmt('pcm16'))],
    ['unknown chunks of odd length', riff(chunk('abcd', Buffer.alloc(7)), fmt('pcm16'), chunk('LIST', Buffer.alloc(1)), data)],
    ['chunks behind the samples', riff(fmt('pcm16'), data, chunk('LIST', Buffer.alloc(9)))],
    ['an extensible format', riff(fmt('pcm16', { sub: 1 }), data)],
    ['data of length 0xFFFFFFFF, as in a pipe', open(0xffff_ffff, 0xffff_ffff)],
    ['data of length 0, as of a program that died', open(0, 0)],
    ['data of length 0 where the RIFF header ends, too', open(36, 0)],
    ['a RIFF length that is wrong', open(400_000, raw.length)],
    ['a last frame that is not whole', riff(fmt('pcm16'), chunk('data', Buffer.concat([raw, Buffer.alloc(1)])))],
    ['RF64', rf64(ds64(BigInt(raw.length)), fmt('pcm16'), chunk('data', raw, 0xffff_ffff))],
    ['RF64 of unknown length', rf64(ds64(0xffff_ffff_ffff_ffffn), fmt('pcm16'), chunk('data', raw, 0xffff_ffff))],
    [
      'BW64',
      Buffer.concat([Buffer.from('BW64'), rf64(ds64(BigInt(raw.length)), fmt('pcm16'), chunk('data', raw, 0xffff_ffff)).subarray(4)]),
    ],
  ])('is understood with %s', async (_, bytes) => {
    const path = join(folder, 'header.wav')
    await writeFile(path, bytes)
    expect(await infoOf(path)).toMatchObject({ frames: 200, overall: { peak: levelOf('pcm16', samples).peak } })
  })

  test('of an empty sound leaves what stands behind it alone', async () => {
    const path = join(folder, 'no-sound.wav')
    const bytes = riff(fmt('pcm16'), chunk('data', Buffer.alloc(0)), chunk('LIST', Buffer.from('not a sound!')))
    await writeFile(path, bytes)
    await done('gain', path, '--db', '6', '--in-place')
    expect(await readFile(path)).toEqual(bytes)
    expect(await infoOf(path)).toMatchObject({ frames: 0, overall: { peak: 0, peakDb: null } })
  })
})

describe('gain', () => {
  test.each(EVERY)('scales $encoding at $place place exactly, in place and in a copy', async ({ encoding, ahead }) => {
    const samples = [...noise(encoding, 3000, 11), ...(isFloat(encoding) ? [1, -1, 0] : [fullScale(encoding) - 1, -fullScale(encoding), 0])]
    const [path, copy] = [join(folder, 'gain.wav'), join(folder, 'copy.wav')]
    const tail = chunk('LIST', Buffer.from('what follows is not touched'))
    const before = riff(ahead, fmt(encoding, { channels: 3 }), chunk('data', encode(encoding, samples)), tail)
    await writeFile(path, before)
    const db = encoding === 'pcm24' ? '-7.3' : '3.7'
    const wanted = scaled(encoding, samples, 10 ** (Number(db) / 20))
    const after = riff(ahead, fmt(encoding, { channels: 3 }), chunk('data', encode(encoding, wanted.samples)), tail)

    expect(await done('gain', path, '--db', db, '--out', copy)).toContain(`3003 samples, ${wanted.clipped} clipped`)
    expect((await readFile(copy)).equals(after)).toBe(true)
    expect((await readFile(path)).equals(before)).toBe(true)
    await done('gain', path, '--db', db, '--in-place', '--threads', '1')
    expect((await readFile(path)).equals(after)).toBe(true)
  })

  test('of 0 dB leaves every byte as it is', async () => {
    const path = join(folder, 'nothing.wav')
    const raw = encode('float32', noise('float32', 100))
    raw.writeUInt32LE(0x7f80_0001, 40) // a signalling NaN: arithmetic would change it
    const bytes = riff(fmt('float32'), chunk('data', raw))
    await writeFile(path, bytes)
    await done('gain', path, '--db', '0', '--in-place')
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  test('keeps floats beyond full scale, and no number what it is', async () => {
    const path = join(folder, 'floats.wav')
    await writeFile(path, riff(fmt('float32'), chunk('data', encode('float32', [0.75, -0.75, Number.NaN, Number.NEGATIVE_INFINITY, 3e38]))))
    expect(await done('gain', path, '--db', '20', '--in-place')).toContain('1 clipped; 4 are beyond full scale')
    const limit = (2 - 2 ** -23) * 2 ** 127
    expect(decode('float32', (await readFile(path)).subarray(44))).toEqual([7.5, -7.5, Number.NaN, Number.NEGATIVE_INFINITY, limit])
  })

  test('keeps the bits that are not valid at 0', async () => {
    const path = join(folder, 'valid.wav')
    const samples = noise('pcm24', 500).map((sample) => Math.round(sample / 16) * 16 + 0)
    await writeFile(path, riff(fmt('pcm24', { sub: 1, valid: 20 }), chunk('data', encode('pcm24', samples))))
    await done('gain', path, '--db', '-3.3', '--in-place')
    const wanted = samples.map((sample) => Math.round((sample * 10 ** (-3.3 / 20)) / 16) * 16 + 0)
    expect(decode('pcm24', (await readFile(path)).subarray(68))).toEqual(wanted)
  })

  test('changes only the frames between --from and --to', async () => {
    const path = join(folder, 'part.wav')
    const samples = noise('pcm16', 2 * 8000)
    await writeFile(path, riff(fmt('pcm16', { channels: 2 }), chunk('data', encode('pcm16', samples))))
    await done('gain', path, '--db', '-6', '--in-place', '--from', '0.25', '--to', '0.5')
    const factor = 10 ** (-6 / 20)
    const wanted = samples.map((sample, index) => (index >= 4000 && index < 8000 ? Math.round(sample * factor) + 0 : sample))
    expect(decode('pcm16', (await readFile(path)).subarray(44))).toEqual(wanted)
  })

  test('gives the same bytes and the same RMS with any number of threads', async () => {
    // Three blocks: all of it the same noise, as computing ten million bytes takes jest longer than the program.
    const samples = noise('pcm24', 3 * 1000)
    const raw = Buffer.alloc(10_000_008, encode('pcm24', samples))
    const bytes = riff(fmt('pcm24', { channels: 3 }), chunk('data', raw))
    const [path, one, three] = ['many', 'one', 'three'].map((name) => join(folder, `${name}.wav`)) as [string, string, string]
    await writeFile(path, bytes)
    await done('gain', path, '--db', '-1.5', '--out', one, '--threads', '1')
    await done('gain', path, '--db', '-1.5', '--out', three, '--threads', '3')
    expect((await readFile(one)).equals(await readFile(three))).toBe(true)
    expect(await infoOf(one, '--threads', '3')).toEqual(await infoOf(one, '--threads', '1'))
    const wanted = Buffer.alloc(raw.length, encode('pcm24', scaled('pcm24', samples, 10 ** (-1.5 / 20)).samples))
    expect((await readFile(one)).subarray(44).equals(wanted)).toBe(true)
  })

  test('leaves no half-made copy when it is interrupted', async () => {
    const inner = join(folder, 'interrupted')
    mkdirSync(inner)
    const path = join(inner, 'large.wav')
    await writeFile(path, riff(fmt('pcm16'), chunk('data', Buffer.alloc(0), 0xffff_ffff)))
    const fd = openSync(path, 'r+')
    ftruncateSync(fd, 600 * 2 ** 20)
    closeSync(fd)
    const child = spawn(process.execPath, [join(MEDIA, 'index.mjs'), 'gain', path, '--db', '1', '--out', join(inner, 'copy.wav')])
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)))
    while ((await readdir(inner)).length === 1) await sleep(5)
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
    expect(await readdir(inner)).toEqual(['large.wav'])
  })
})

describe('normalise', () => {
  test.each(ENCODINGS)('brings the peak of %s to its target, and clips nothing', async (encoding) => {
    const path = join(folder, 'normalise.wav')
    const samples = noise(encoding, 2000, 5).map((sample) => (isFloat(encoding) ? sample / 8 : Math.round(sample / 8)))
    await writeFile(path, riff(fmt(encoding), chunk('data', encode(encoding, samples))))
    expect(await done('normalise', path, '--peak', '-2', '--in-place')).toContain('2000 samples, 0 clipped')
    const quantum = isFloat(encoding) ? 1e-7 : 0.5 / fullScale(encoding)
    const peak = levelOf(encoding, decode(encoding, (await readFile(path)).subarray(44))).peak
    expect(Math.abs(peak - 10 ** (-2 / 20))).toBeLessThanOrEqual(quantum)
  })

  test('takes -1 dBFS for a target when none is given', async () => {
    const path = join(folder, 'default.wav')
    await writeFile(path, riff(fmt('pcm16'), chunk('data', encode('pcm16', [1000, -2000]))))
    expect(await done('normalise', path, '--in-place')).toContain('peak -24.29 dBFS, gain 23.29 dB')
    expect(decode('pcm16', (await readFile(path)).subarray(44))).toEqual([14_602, -29_205])
  })

  test('reaches full scale without clipping, whatever side the peak is on', async () => {
    const path = join(folder, 'full.wav')
    for (const [samples, wanted] of [
      [
        [100, -50],
        [32_767, -16_383],
      ],
      [
        [50, -100],
        [16_384, -32_767],
      ],
      [
        [32_767, -32_768],
        [32_766, -32_767],
      ],
    ] as const) {
      await writeFile(path, riff(fmt('pcm16'), chunk('data', encode('pcm16', [...samples]))))
      expect(await done('normalise', path, '--peak', '0', '--in-place')).toContain('0 clipped')
      expect(decode('pcm16', (await readFile(path)).subarray(44))).toEqual(wanted)
    }
  })

  test('refuses silence, and leaves no copy', async () => {
    const [path, copy] = [join(folder, 'silence.wav'), join(folder, 'silence.copy.wav')]
    await writeFile(path, riff(fmt('pcm24'), chunk('data', Buffer.alloc(300))))
    expect(await media('normalise', path, '--out', copy)).toMatchObject({ code: 1, stderr: expect.stringMatching(/all samples are 0/) })
    expect((await readdir(folder)).filter((name) => name.startsWith('silence'))).toEqual(['silence.wav'])
  })
})

describe('a sparse file of 5 GiB', () => {
  const OFFSET = 80
  const SIZE = 5 * 2 ** 30
  const FRAMES = (SIZE - OFFSET) / 4
  const RATE = 48_000
  let path = ''
  beforeAll(() => {
    path = join(folder, 'sparse.wav')
    const fd = openSync(path, 'w+')
    writeSync(fd, rf64(ds64(BigInt(SIZE - OFFSET)), fmt('pcm16', { channels: 2, rate: RATE }), chunk('data', Buffer.alloc(0), 0xffff_ffff)))
    ftruncateSync(fd, SIZE)
    closeSync(fd)
  })

  test.each([
    ['at its end', FRAMES - 3000],
    ['around the byte where an array must end', (2 ** 32 - OFFSET) / 4 - 1500],
  ])('is measured and changed %s, and nowhere else', async (_, first) => {
    const samples = noise('pcm16', 6000, first)
    const at = OFFSET + first * 4
    const fd = openSync(path, 'r+')
    const raw = encode('pcm16', samples)
    try {
      writeSync(fd, raw, 0, raw.length, at)
      const part = ['--from', String(first / RATE), '--to', String((first + 3000) / RATE)]
      expect(await infoOf(path, ...part)).toMatchObject({
        container: 'RF64',
        frames: FRAMES,
        range: { first, count: 3000 },
        overall: { peak: levelOf('pcm16', samples).peak },
      })
      const half = ['--from', String((first + 1000) / RATE), '--to', String((first + 2000) / RATE)]
      await done('gain', path, '--db', '-4', '--in-place', ...half)
      const after = Buffer.alloc(raw.length)
      readSync(fd, after, 0, after.length, at)
      const wanted = scaled('pcm16', samples.slice(2000, 4000), 10 ** (-4 / 20)).samples
      expect(decode('pcm16', after)).toEqual([...samples.slice(0, 2000), ...wanted, ...samples.slice(4000)])
      expect(statSync(path)).toMatchObject({ size: SIZE, blocks: expect.any(Number) })
      expect(statSync(path).blocks * 512).toBeLessThan(2 ** 20)
    } finally {
      closeSync(fd)
    }
  })
})

describe('waveform', () => {
  /** How many pixels of a part of the picture are as bright and colourful as only sound is. */
  const inkIn = (png: PNG, [left, top, right, bottom]: [number, number, number, number]) => {
    let ink = 0
    for (let y = Math.floor(top * png.height); y < bottom * png.height; y++) {
      for (let x = Math.floor(left * png.width); x < right * png.width; x++) {
        const [red, green, blue] = png.data.subarray((y * png.width + x) * 4) as unknown as [number, number, number]
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) ink++
      }
    }
    return ink / ((right - left) * (bottom - top) * png.width * png.height)
  }

  test('has ink where the sound is', async () => {
    const [path, picture] = [join(folder, 'wave.wav'), join(folder, 'wave.png')]
    // The left channel sounds in the first half, the right one in the second.
    const frames = Array.from({ length: 16_000 }, (_, index) => {
      const value = Math.round(Math.sin(index / 3) * 30_000)
      return index < 8000 ? [value, 0] : [0, value]
    }).flat()
    await writeFile(path, riff(fmt('pcm16', { channels: 2 }), chunk('data', encode('pcm16', frames))))
    await done('waveform', path, '--out', picture, '--width', '800', '--height', '300')
    const png = PNG.sync.read(await readFile(picture))
    expect([png.width, png.height]).toEqual([800, 300])
    expect(inkIn(png, [0.1, 0.1, 0.45, 0.4])).toBeGreaterThan(0.8)
    expect(inkIn(png, [0.6, 0.1, 0.95, 0.4])).toBeLessThan(0.05)
    expect(inkIn(png, [0.1, 0.57, 0.45, 0.87])).toBeLessThan(0.05)
    expect(inkIn(png, [0.6, 0.57, 0.95, 0.87])).toBeGreaterThan(0.8)
  })

  test('misses no single loud sample, and marks what is no number', async () => {
    const [path, picture] = [join(folder, 'click.wav'), join(folder, 'click.png')]
    const samples = new Array<number>(100_000).fill(0)
    samples[30_000] = 0.9
    samples[70_000] = Number.NaN
    await writeFile(path, riff(fmt('float32'), chunk('data', encode('float32', samples))))
    await done('waveform', path, '--out', picture, '--width', '200', '--height', '100')
    const png = PNG.sync.read(await readFile(picture))
    const inked = (y: number) =>
      Array.from({ length: 200 }, (_, x) => x).filter((x) => inkIn(png, [x / 200, y / 100, (x + 1) / 200, (y + 1) / 100]) > 0)
    expect(inked(10)).toEqual([60, 140])
    expect(inked(2)).toEqual([140])
  })

  test.each([
    ['no frames', 0, 2, ['--width', '64', '--height', '32']],
    ['one frame', 1, 1, []],
    ['many channels', 50, 64, []],
  ])('is drawn for %s', async (_, frames, channels, size) => {
    const [path, picture] = [join(folder, 'odd.wav'), join(folder, 'odd.png')]
    await writeFile(path, riff(fmt('pcm8', { channels }), chunk('data', Buffer.alloc(frames * channels, 200))))
    await done('waveform', path, '--out', picture, ...size)
    const png = PNG.sync.read(await readFile(picture))
    expect(inkIn(png, [0, 0, 1, 1]) > 0.1).toBe(frames > 0)
  })
})

describe('make', () => {
  test.each(['pcm8', 'pcm16', 'pcm24', 'pcm32', 'float32'] as const)('composes the same %s with any number of threads', async (format) => {
    const [one, two] = [join(folder, 'one.wav'), join(folder, 'two.wav')]
    const options = ['--seconds', '12', '--channels', '3', '--rate', '44100', '--format', format]
    await Promise.all([done('make', one, ...options, '--threads', '1'), done('make', two, ...options, '--threads', '2')])
    expect((await readFile(one)).equals(await readFile(two))).toBe(true)
    const { overall, ...rest } = await infoOf(one)
    expect(rest).toMatchObject({ encoding: format, channels: 3, rate: 44_100, frames: 12 * 44_100 })
    expect(overall.peakDb).toBeGreaterThan(-20)
    expect(overall.peakDb).toBeLessThan(-3)
  })
})

// ---- what is wrong -------------------------------------------------------------------------

const raw = encode('pcm16', noise('pcm16', 100))
const good = riff(fmt('pcm16'), chunk('data', raw))
const spoilt = (...parts: Buffer[]) => riff(...parts, chunk('data', raw))

describe('a file that cannot be read', () => {
  test.each<[name: string, bytes: Buffer, message: RegExp]>([
    ['nothing in it', Buffer.alloc(0), /the file is empty/],
    ['text in it', Buffer.from('Dear Sir or Madam, this is not a sound.'), /not a RIFF, RF64 or BW64 file: at byte 0 is 'Dear'/],
    ['zeros in it', Buffer.alloc(500), /at byte 0 is 0x00000000/],
    ['an AIFF in it', Buffer.from('FORM....AIFF'), /at byte 0 is 'FORM'/],
    ['big-endian numbers', Buffer.from('RIFX....WAVE'), /'RIFX', which is big-endian/],
    ['a film in it', Buffer.from('RIFF....AVI LIST'), /not of sound: at byte 8 is 'AVI '/],
    ['an end in the RIFF header', good.subarray(0, 7), /ends at byte 7, within the RIFF header at byte 0/],
    ['an end behind the RIFF header', good.subarray(0, 12), /no 'fmt ' and no 'data' chunk: the file ends at byte 12/],
    ['an end in the header of fmt', good.subarray(0, 17), /ends at byte 17, within a chunk header at byte 12/],
    ['an end in fmt', good.subarray(0, 30), /'fmt ' at byte 12 says it has 16 bytes; the file has 10 more/],
    ['an end behind fmt', good.subarray(0, 36), /no 'data' chunk: the file ends at byte 36/],
    ['an end in the header of data', good.subarray(0, 43), /ends at byte 43, within a chunk header at byte 36/],
    ['an end in data', good.subarray(0, 100), /'data' at byte 36 says it has 200 bytes; the file has 56 more/],
    ['no data', riff(fmt('pcm16'), chunk('LIST', raw)), /no 'data' chunk/],
    ['no fmt', riff(chunk('data', raw)), /no 'fmt ' chunk/],
    ['a short fmt', spoilt(chunk('fmt ', Buffer.alloc(14))), /'fmt ' at byte 12 has 14 bytes, not 16 or more/],
    ['no channels', spoilt(fmt('pcm16', { channels: 0 })), /no channels: at byte 22 is 0/],
    ['no sample rate', spoilt(fmt('pcm16', { rate: 0 })), /no sample rate: at byte 24 is 0/],
    ['a block align of 0', spoilt(fmt('pcm16', { align: 0 })), /block align at byte 32 is 0; 1 channels of 2 bytes make 2/],
    ['a block align of others', spoilt(fmt('pcm16', { channels: 2, align: 6 })), /block align at byte 32 is 6/],
    ['more channels than a frame can have', spoilt(fmt('pcm16', { channels: 65_535 & 0xffff, align: 65_534 })), /block align/],
    ['12 bits', spoilt(fmt('pcm16', { bits: 12 })), /12 bits a sample at byte 34: PCM has 8, 16, 24 or 32/],
    ['float of 16 bits', spoilt(fmt('pcm16', { tag: 3 })), /float has 32 or 64/],
    ['A-law', spoilt(fmt('pcm8', { tag: 6 })), /format 0x0006 at byte 20 \(A-law\)/],
    ['MP3', spoilt(fmt('pcm8', { tag: 0x55, bits: 0 })), /0x0055 at byte 20 \(MP3\)/],
    ['a format that nobody knows', spoilt(fmt('pcm8', { tag: 0x1234 })), /0x1234 at byte 20/],
    [
      'an extensible format cut short',
      spoilt(chunk('fmt ', fmt('pcm16', { tag: 0xfffe }).subarray(8))),
      /has 40 bytes; the one at byte 12 has 16/,
    ],
    ['a sub-format of others', spoilt(fmt('pcm16', { sub: 1, guid: '1'.repeat(28) })), /unknown sub-format .* at byte 44/],
    ['ADPCM as a sub-format', spoilt(fmt('pcm16', { sub: 2 })), /0x0002 .*Microsoft ADPCM/],
    ['17 valid bits of 16', spoilt(fmt('pcm16', { sub: 1, valid: 17 })), /17 valid bits at byte 38/],
    [
      'an unknown chunk past the end',
      spoilt(fmt('pcm16'), chunk('LIST', Buffer.alloc(4), 0xffff_fff0)),
      /'LIST' at byte 36 says it has 4294967280 bytes/,
    ],
    [
      'a length of 0xFFFFFFFF for fmt',
      spoilt(chunk('fmt ', Buffer.alloc(16), 0xffff_ffff)),
      /'fmt ' at byte 12 does not say how long it is/,
    ],
    ['zeros for a chunk', spoilt(fmt('pcm16'), Buffer.alloc(64)), /no chunk begins at byte 36: there is 0x00000000/],
    [
      'chunks without end',
      spoilt(...Array.from({ length: 5000 }, () => chunk('JUNK', Buffer.alloc(0)))),
      /4096 chunks, and at byte 32780 still no sound/,
    ],
    ['RF64 without ds64', rf64(fmt('pcm16'), chunk('data', raw)), /RF64 without 'ds64': at byte 12 is 'fmt '/],
    ['RF64 with a short ds64', rf64(chunk('ds64', Buffer.alloc(20)), fmt('pcm16')), /'ds64' at byte 12 has 20 bytes/],
    ['RF64 that ends in ds64', rf64(ds64(1n)).subarray(0, 40), /ends at byte 40, within 'ds64' at byte 20/],
    [
      'RF64 with data past the end',
      rf64(ds64(2n ** 60n), fmt('pcm16'), chunk('data', raw, 0xffff_ffff)),
      /'data' at byte 72 says it has 1152921504606847000 bytes/,
    ],
    ['RF64 with a table past its end', rf64(ds64(200n, 9), fmt('pcm16')), /table of 'ds64' at byte 44 says 9 entries/],
  ])('is refused with %s, and stays as it is', async (_, bytes, message) => {
    const path = join(folder, 'wrong.wav')
    await writeFile(path, bytes)
    const { code, stdout, stderr } = await media('gain', path, '--db', '6', '--in-place')
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) })
    expect(stderr).toMatch(/^media: .*wrong\.wav: .*\n$/)
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  test('is refused by every command alike', async () => {
    const [path, out] = [join(folder, 'cut.wav'), join(folder, 'cut.out')]
    await writeFile(path, good.subarray(0, 100))
    for (const args of [
      ['info'],
      ['normalise', '--in-place'],
      ['normalise', '--out', out],
      ['gain', '--db', '1', '--out', out],
      ['waveform', '--out', out],
    ])
      expect(await media(...args, path)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/'data' at byte 36 says it has 200 bytes/),
      })
    expect((await readdir(folder)).filter((name) => name.startsWith('cut'))).toEqual(['cut.wav'])
  })

  test('is a directory, or is not there', async () => {
    const missing = join(folder, 'missing.wav')
    expect(await media('info', folder)).toMatchObject({ code: 1, stderr: expect.stringMatching(/not a file/) })
    expect(await media('gain', missing, '--db', '1', '--in-place')).toMatchObject({ code: 1, stderr: expect.stringMatching(/ENOENT/) })
    expect(existsSync(missing)).toBe(false)
  })

  test('is refused ahead of any harm, however its header is spoilt', async () => {
    const { code, stdout, stderr } = await node([join(MEDIA, 'fuzz/fuzz.mjs'), '10000', '200'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^10000 headers, \d{4} refused; 200 files, none spoilt further\n$/)
  })
})

describe('the command line', () => {
  test('tells what there is with --help', async () => {
    expect(await done('--help')).toMatch(/normalise FILE[\s\S]*--in-place is not atomic/)
  })

  test('is refused where it makes no sense, and nothing is written', async () => {
    const path = join(folder, 'good.wav')
    await writeFile(path, good)
    const names = await readdir(folder)
    const wrong: [RegExp, ...string[]][] = [
      [/say what to do/],
      [/say what to do/, 'play', path],
      [/info takes one file, not 0/, 'info'],
      [/info takes one file, not 2/, 'info', path, path],
      [/Unknown option '--peak'/, 'info', path, '--peak', '-1'],
      [/gain needs --db/, 'gain', path, '--in-place'],
      [/gain needs either --out COPY or --in-place/, 'gain', path, '--db', '-6'],
      [/needs either --out COPY or --in-place/, 'normalise', path, '--out', 'a.wav', '--in-place'],
      [/--db must be a number from -200 to 200, not 'loud'/, 'gain', path, '--in-place', '--db', 'loud'],
      [/--peak must be a number from -200 to 0, not '1'/, 'normalise', path, '--in-place', '--peak', '1'],
      [/--threads must be a whole number from 1 to 64, not '0'/, 'info', path, '--threads', '0'],
      [/--format must be one of pcm8/, 'make', join(folder, 'new.wav'), '--seconds', '1', '--format', 'mp3'],
      [/frames of 80000 bytes/, 'make', join(folder, 'new.wav'), '--seconds', '1', '--channels', '40000'],
      [/is the input itself/, 'gain', path, '--db', '6', '--out', path],
      [/is the input itself/, 'waveform', path, '--out', path],
      [/something that is not a file/, 'waveform', path, '--out', folder],
      [/there is no folder/, 'waveform', path, '--out', join(folder, 'no/picture.png')],
      [/something that is not a file/, 'make', folder, '--seconds', '1'],
      [/100 s is past the end/, 'gain', path, '--db', '6', '--in-place', '--from', '100'],
    ]
    for (const [message, ...args] of wrong)
      expect(await media(...args)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) })
    expect((await readFile(path)).equals(good)).toBe(true)
    expect(await readdir(folder)).toEqual(names)
  })
})

describe('from other programs', () => {
  const script = (source: string) => node(['--input-type=module', '-e', source])
  const url = (name: string) => JSON.stringify(pathToFileURL(join(MEDIA, name)).href)

  test('run() measures, normalises a copy and draws it', async () => {
    const inner = join(folder, 'demo')
    mkdirSync(inner)
    await done('make', join(inner, 'piece.wav'), '--seconds', '3')
    const [file, picture] = [join(inner, 'piece.wav'), join(inner, 'pictures/piece.png')]
    const { stdout, stderr } = await script(`
      import { run } from ${url('run.mjs')}
      const lines = []
      const result = await run({ file: ${JSON.stringify(file)}, picture: ${JSON.stringify(picture)}, log: (line) => lines.push(line), threads: 2 })
      console.log(JSON.stringify({ lines: lines.length, ...result }))`)
    expect(stderr).toBe('')
    const copy = join(inner, 'piece.normalised.wav')
    const bytes = 44 + 3 * 48_000 * 4
    expect(JSON.parse(stdout)).toEqual({ lines: expect.any(Number), picture, copy, seconds: expect.any(Number), bytes })
    expect((await infoOf(copy)).overall.peakDb).toBeCloseTo(-1, 2)
    expect(PNG.sync.read(await readFile(picture)).width).toBe(1600)
  })

  test('an error in a thread ends the work with that error, and no thread stays', async () => {
    const { code, stdout, stderr } = await script(`
      import { withCrew } from ${url('threads/crew.mjs')}
      const tasks = async function* () {
        for (;;) yield { kind: 'level', bytes: new Uint8Array(8), encoding: 'mp3', channels: 1 }
      }
      await withCrew(3, (crew) => crew.perform(tasks(), () => undefined)).catch((error) => console.log(String(error)))`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/TypeError/)
  })

  test('samples are read and changed at every byte of memory', async () => {
    const { code, stdout, stderr } = await script(`
      import { measureLevel } from ${url('samples/level.mjs')}
      import { scale } from ${url('samples/scale.mjs')}
      const raw = Uint8Array.from({ length: 4800 }, (_, index) => (index * 89 + (index >> 3)) % 120)
      for (const encoding of ${JSON.stringify(ENCODINGS)}) {
        const results = [0, 1, 2, 3, 4, 5, 6, 7].map((place) => {
          const bytes = new Uint8Array(new SharedArrayBuffer(5000), place, raw.length)
          bytes.set(raw)
          const level = measureLevel({ bytes, encoding, channels: 2 })
          const limits = { whole: encoding.startsWith('pcm'), step: 1, lowest: -128, highest: 127 }
          const scaled = scale({ bytes, encoding, channels: 2, factor: 0.5, ...limits })
          return JSON.stringify([level, scaled, Buffer.from(bytes).toString('hex')])
        })
        console.log(encoding, new Set(results).size)
      }`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trim().split('\n')).toEqual(ENCODINGS.map((encoding) => `${encoding} 1`))
  })
})
