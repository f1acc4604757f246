import { describe, expect, test } from '@jest/globals'
import { type CrashImage, type CrashImageOptions, crashImages } from './crash-images'
import { DiskRecording, recordStores } from './disk-recording'

const PAGE = 4096

/** A file of two pages: a length in the first, that many bytes 7 in the second. */
function publish(body: (words: Int32Array, bytes: Buffer, disk: DiskRecording) => void): DiskRecording {
  const memory = new SharedArrayBuffer(2 * PAGE)
  return recordStores(memory, (disk) => body(new Int32Array(memory), Buffer.from(memory, PAGE), disk))
}

/** The first image that promises bytes which are not there, or lacks what was acknowledged. */
function firstBroken(recording: DiskRecording, options?: CrashImageOptions): CrashImage | undefined {
  for (const image of crashImages(recording, options)) {
    const bytes = Buffer.from(image.bytes())
    const length = bytes.readInt32LE(0)
    const whole = bytes.subarray(PAGE, PAGE + length).every((byte) => byte === 7)
    if (!whole || length < Number(image.marks.at(-1) ?? 0)) return image
  }
  return undefined
}

describe('a length that is published after its bytes', () => {
  const unordered = publish((words, bytes, disk) => {
    bytes.fill(7, 0, 100)
    Atomics.store(words, 0, 100)
    disk.sync()
    disk.mark(100)
  })
  const ordered = publish((words, bytes, disk) => {
    bytes.fill(7, 0, 100)
    disk.sync(PAGE, PAGE)
    Atomics.store(words, 0, 100)
    disk.sync(0, PAGE)
    disk.mark(100)
  })

  test.each([8, 512, PAGE])('is caught without a sync between, and passes with one (granularity %i)', (granularity) => {
    const broken = firstBroken(unordered, { granularity })
    expect(broken).toMatchObject({ marks: [], event: 3 })
    expect(broken!.patches.some(({ at }) => at === 0)).toBe(true)
    expect(firstBroken(ordered, { granularity })).toBeUndefined()
  })

  test('is caught when it is acknowledged ahead of its sync', () => {
    const hasty = publish((words, bytes, disk) => {
      bytes.fill(7, 0, 100)
      disk.sync(PAGE, PAGE)
      Atomics.store(words, 0, 100)
      disk.mark(100)
      disk.sync(0, PAGE)
    })
    expect(firstBroken(hasty)).toMatchObject({ patches: [], marks: [100] })
  })

  test('is caught when another page was synced', () => {
    const wrong = publish((words, bytes, disk) => {
      bytes.fill(7, 0, 100)
      disk.sync(0, PAGE)
      Atomics.store(words, 0, 100)
    })
    expect(firstBroken(wrong, { granularity: PAGE })?.patches).toHaveLength(1)
  })
})

describe('a record within a page', () => {
  const twoSectors = new DiskRecording(new Uint8Array(PAGE))
  twoSectors.write(510, Uint8Array.of(1, 1))
  twoSectors.write(512, Uint8Array.of(1, 1))

  const halves = (granularity: number) =>
    [...crashImages(twoSectors, { granularity })].map((image) => [...image.bytes().subarray(510, 514)].join(''))

  test('is torn between sectors, and not when pages are written whole', () => {
    expect(halves(512).sort()).toEqual(['0000', '0011', '1100', '1111'])
    expect(halves(PAGE)).toEqual(['0000', '1100', '1111'])
  })
})

describe('crashImages', () => {
  test('gives every image once when there are few', () => {
    const recording = new DiskRecording(new Uint8Array(32))
    for (const at of [0, 8, 16]) recording.write(at, Uint8Array.of(1))
    recording.write(0, Uint8Array.of(2))
    const images = [...crashImages(recording)].map((image) => [0, 8, 16].map((at) => image.bytes()[at]).join(''))
    expect(new Set(images).size).toBe(12)
    expect(images).toHaveLength(12)
  })

  test('gives as many as wanted of many, the same for the same seed', () => {
    const recording = new DiskRecording(new Uint8Array(PAGE))
    for (let i = 0; i < 100; i++) recording.write((i * 8) % 320, Uint8Array.of(i))
    const images = (seed: number) =>
      [...crashImages(recording, { seed, count: 200 })].map((image) => Buffer.from(image.bytes()).toString('hex'))
    expect(images(1)).toEqual(images(1))
    expect(images(1)).not.toEqual(images(2))
    expect(images(1)).toHaveLength(200)
    expect(new Set(images(1)).size).toBeGreaterThan(50)
  })

  test('keeps what was synced, and what a sync did not cover open', () => {
    const recording = new DiskRecording(new Uint8Array(3 * PAGE))
    for (const page of [0, 1, 2]) recording.write(page * PAGE, Uint8Array.of(1))
    recording.sync(PAGE + 5, 10)
    const last = [...crashImages(recording)]
      .filter(({ event }) => event === 4)
      .map((image) => [0, 1, 2].map((page) => image.bytes()[page * PAGE]))
    expect(last.sort()).toEqual([
      [0, 1, 0],
      [0, 1, 1],
      [1, 1, 0],
      [1, 1, 1],
    ])
  })

  test('is cheap for a large file', () => {
    const recording = new DiskRecording(new Uint8Array(8 << 20))
    for (let i = 0; i < 1000; i++) recording.write(i * 8192, Uint8Array.of(1))
    const began = performance.now()
    let patches = 0
    for (const image of crashImages(recording, { count: 1000 })) patches += image.patches.length
    expect(patches).toBeGreaterThan(1000)
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test('refuses what lies outside of the file, and units that do not fill a page', () => {
    const recording = new DiskRecording(new Uint8Array(10))
    expect(() => recording.write(8, new Uint8Array(3))).toThrow('length 3 at 8 ends past 10')
    expect(() => [...crashImages(recording, { granularity: 1000 })]).toThrow('no multiple')
  })
})
