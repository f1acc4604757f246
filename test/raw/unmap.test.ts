import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import mmap from '../../ts'
import { thrownBy } from '../support/errors'
import { openDescriptor, pattern, tempFile } from '../support/temp'

const { PAGESIZE, PROT_READ, PROT_WRITE, MAP_SHARED } = mmap
const RW = PROT_READ | PROT_WRITE

function isMapped(path: string): boolean {
  return readFileSync('/proc/self/maps', 'utf8').includes(path)
}

describe('unmap', () => {
  test('ends the mapping at once', () => {
    const path = tempFile(PAGESIZE)
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(path))
    expect(isMapped(path)).toBe(true)
    mmap.unmap(buffer)
    expect(isMapped(path)).toBe(false)
  })

  test('leaves an empty buffer, as a transferred one is, and so every view over its memory', () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    const words = new Uint32Array(buffer.buffer)
    const part = buffer.subarray(10, 20)
    mmap.unmap(buffer)
    for (const view of [buffer, words, part]) expect(view).toHaveLength(0)
    expect(buffer[0]).toBeUndefined()
    buffer[0] = 1
    expect(buffer.toString()).toBe('')
    expect(() => buffer.fill(1)).toThrow(/detached/)
    expect(thrownBy(() => buffer.readUInt8(0)).code).toBe('ERR_BUFFER_OUT_OF_BOUNDS')
  })

  test('survives being called by what works on the buffer', () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    const words = new Uint32Array(buffer.buffer)
    let calls = 0
    words.sort((a, b) => {
      if (calls++ === 0) mmap.unmap(buffer)
      return a - b
    })
    const other = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    const unmapping = {
      valueOf: () => {
        mmap.unmap(other)
        return 7
      },
    }
    expect(() => Uint8Array.prototype.fill.call(other, unmapping as unknown as number)).toThrow(/detached/)
    expect([words.length, other.length]).toEqual([0, 0])
  })

  test('refuses a second time', () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    mmap.unmap(buffer)
    expect(thrownBy(() => mmap.unmap(buffer))).toMatchObject({ code: 'ERR_MAPPING_CLOSED', name: 'MappingError' })
  })

  test('refuses a part of a mapping, and leaves it alone', () => {
    const buffer = mmap.map(2 * PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(2 * PAGESIZE)))
    for (const part of [buffer.subarray(1), buffer.subarray(0, PAGESIZE), new DataView(buffer.buffer, 8, 8)]) {
      expect(thrownBy(() => mmap.unmap(part))).toMatchObject({ code: 'ERR_PARTIAL_UNMAP', name: 'TypeError' })
    }
    expect(buffer.equals(pattern(2 * PAGESIZE))).toBe(true)
  })

  test('takes any view over all of it, and the ArrayBuffer itself', () => {
    const whole = [
      (buffer: Buffer) => buffer.buffer,
      (buffer: Buffer) => new DataView(buffer.buffer),
      (buffer: Buffer) => new Float64Array(buffer.buffer),
    ]
    for (const view of whole) {
      const path = tempFile(PAGESIZE)
      const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(path))
      mmap.unmap(view(buffer))
      expect(isMapped(path)).toBe(false)
      expect(buffer).toHaveLength(0)
    }
  })

  test.each([[Buffer.alloc(8)], [new ArrayBuffer(8)], [new SharedArrayBuffer(8)], [new Float32Array(2)], [Buffer.alloc(0)]])(
    'refuses memory that is not mapped: %p',
    (memory) => {
      expect(thrownBy(() => mmap.unmap(memory))).toMatchObject({ code: 'ERR_NOT_MAPPED', name: 'TypeError' })
    },
  )

  test.each([[undefined], [null], [1], ['x'], [{}], [[]], [() => 1], [Symbol('s')]])('refuses %p', (memory) => {
    expect(thrownBy(() => mmap.unmap(memory as unknown as Buffer))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' })
  })

  test('refuses the memory of a MappedFile', () => {
    const file = mmap.MappedFile.open(tempFile(PAGESIZE))
    expect(thrownBy(() => mmap.unmap(file.buffer)).code).toBe('ERR_PARTIAL_UNMAP')
    expect(file.buffer).toHaveLength(PAGESIZE)
    file.close()
  })

  test('leaves memory that was transferred to a new owner safe to touch', () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    const moved = structuredClone(buffer.buffer, { transfer: [] })
    mmap.unmap(buffer)
    expect(new Uint8Array(moved)).toHaveLength(PAGESIZE)
  })
})

describe('mapShared', () => {
  test('returns a SharedArrayBuffer over the file', () => {
    const path = tempFile(PAGESIZE)
    const shared = mmap.mapShared(PAGESIZE, RW, MAP_SHARED, openDescriptor(path))
    expect(Object.prototype.toString.call(shared)).toBe('[object SharedArrayBuffer]')
    expect(shared.byteLength).toBe(PAGESIZE)
    Atomics.store(new Uint32Array(shared), 1, 0x01020304)
    expect(readFileSync(path).readUInt32LE(4)).toBe(0x01020304)
    mmap.unmap(shared)
  })

  test('reads zeros after unmap, takes writes that go nowhere, and every call on it throws', () => {
    const path = tempFile(2 * PAGESIZE)
    const shared = mmap.mapShared(2 * PAGESIZE, RW, MAP_SHARED, openDescriptor(path))
    const bytes = new Uint8Array(shared)
    mmap.unmap(shared)
    expect(isMapped(path)).toBe(false)
    expect([bytes.length, bytes[0], bytes[PAGESIZE]]).toEqual([2 * PAGESIZE, 0, 0])
    bytes.fill(9)
    expect(readFileSync(path).equals(pattern(2 * PAGESIZE))).toBe(true)
    for (const call of [() => mmap.unmap(shared), () => mmap.sync(shared), () => mmap.advise(shared, 0), () => mmap.incore(bytes)]) {
      expect(thrownBy(call).code).toBe('ERR_MAPPING_CLOSED')
    }
  })

  test('is taken by every raw function, with any view over it', async () => {
    const shared = mmap.mapShared(2 * PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(2 * PAGESIZE)))
    for (const memory of [shared, new Uint8Array(shared), new DataView(shared, PAGESIZE), Buffer.from(shared), new BigInt64Array(shared)]) {
      mmap.advise(memory, mmap.MADV_RANDOM)
      mmap.sync(memory, true)
      mmap.lock(memory)
      mmap.unlock(memory)
      mmap.protect(memory, RW)
      expect(mmap.incore(memory)[0]).toBe(0)
      expect(mmap.residency(memory)[0]).toBe(1)
      await mmap.syncAsync(memory)
      await mmap.prefetch(memory)
    }
    mmap.unmap(shared)
  })
})
