import { types } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { rejectionOf, thrownBy } from '../support/errors'
import {
  actAtStep,
  crashAtEveryStep,
  crashAtEveryStepAsync,
  crashTwiceAtEveryStep,
  preemptAtEveryLoad,
  preemptAtEveryStep,
  preemptAtEveryStepAsync,
  Tracing,
  unwrap,
} from './steps'

/** Two numbers that belong together: a pair is published by its version (odd while it changes), or, when broken, by nothing. */
class Pair {
  readonly words: Int32Array

  constructor(memory = new SharedArrayBuffer(64)) {
    this.words = new Int32Array(memory)
  }

  setBroken(value: number): void {
    Atomics.store(this.words, 1, value)
    this.words[2] = value
  }

  set(value: number): void {
    const version = Atomics.add(this.words, 0, 1) + 1
    this.words[1] = value
    this.words[2] = value
    Atomics.store(this.words, 0, version + 1)
  }

  /** `undefined` while somebody is, or died, in the middle. */
  read(): readonly number[] | undefined {
    const version = Atomics.load(this.words, 0)
    const pair = [this.words[1]!, this.words[2]!]
    return version % 2 === 0 && Atomics.load(this.words, 0) === version ? pair : undefined
  }

  readBroken(): readonly number[] {
    return [this.words[1]!, this.words[2]!]
  }

  repair(): void {
    if (Atomics.load(this.words, 0) % 2 === 0) return
    this.words[1] = 9
    this.words[2] = 9
    Atomics.add(this.words, 0, 1)
  }
}

const EQUAL = [
  [0, 0],
  [7, 7],
  [9, 9],
]

describe('crashAtEveryStep', () => {
  test('passes what is published by one store, and counts its steps', () => {
    const seen: unknown[] = []
    const steps = crashAtEveryStep(() => {
      const pair = new Pair()
      return {
        op: () => pair.set(7),
        check: ({ step, completed }) => {
          seen.push([step, completed, pair.read()])
        },
      }
    })
    expect(steps).toBe(4)
    expect(seen).toEqual([
      [5, true, [7, 7]],
      [1, false, [0, 0]],
      [2, false, undefined],
      [3, false, undefined],
      [4, false, undefined],
    ])
  })

  test('catches two stores that publish one thing, and names the place between them', () => {
    const error = thrownBy(() =>
      crashAtEveryStep(() => {
        const pair = new Pair()
        return { op: () => pair.setBroken(7), check: () => expect(EQUAL).toContainEqual(pair.readBroken()) }
      }),
    )
    expect(error.message).toMatch(/^ahead of step 2: at Pair\.setBroken \(steps\.test\.ts:\d+\)\n {4}at .*op.* \(steps\.test\.ts:\d+\)/)
    expect(error.message).toContain('[index]')
    expect(error.message).toContain('toContainEqual')
  })

  test('lets nothing of the dead operation reach memory, whatever it catches', () => {
    crashAtEveryStep(() => {
      const words = new Int32Array(new SharedArrayBuffer(16))
      const bytes = Buffer.from(words.buffer)
      return {
        op() {
          try {
            Atomics.store(words, 0, 1)
          } catch {
            words[1] = 1
          } finally {
            bytes.write('x', 8)
          }
        },
        check: ({ completed }) => expect([words[1], words[2]]).toEqual([0, completed ? 120 : 0]),
      }
    })
  })

  test('lets the survivor see the death', () => {
    const deaths: number[] = []
    crashAtEveryStep(() => {
      const words = new Int32Array(new SharedArrayBuffer(4))
      return {
        op: () => Atomics.store(words, 0, 1),
        die: () => deaths.push(1),
        check: ({ completed }) => expect(deaths).toHaveLength(completed ? 0 : 1),
      }
    })
  })

  test('refuses an operation that makes no step', () => {
    const outside = new Int32Array(new SharedArrayBuffer(4))
    const op = (words: Int32Array) => () => {
      words[0] = 1
    }
    expect(() => crashAtEveryStep(() => ({ op: () => {}, check: () => {} }))).toThrow('made no step')
    expect(() => crashAtEveryStep(() => ({ op: op(outside), check: () => {} }))).toThrow('made no step')
  })

  test('refuses a store that it cannot see', () => {
    const outside = new Int32Array(new SharedArrayBuffer(8))
    const setup = () => {
      const words = new Int32Array(outside.buffer)
      const op = () => {
        outside[1] = 1
        words[0] = 1
      }
      return { op, check: () => {} }
    }
    expect(() => crashAtEveryStep(setup)).toThrow('the byte at 4 was stored to unseen')
  })

  test('refuses an operation that does not end, storing or waiting', () => {
    const endless = (turn: (words: Int32Array) => void) => () => {
      const words = new Int32Array(new SharedArrayBuffer(4))
      const op = () => {
        for (;;) turn(words)
      }
      return { op, check: () => {} }
    }
    const storing = endless((words) => Atomics.add(words, 0, 1))
    const waiting = endless((words) => Atomics.load(words, 0))
    expect(() => crashAtEveryStep(storing, { limit: 50 })).toThrow('did not end within 50 steps')
    expect(() => crashAtEveryStep(waiting, { limit: 50 })).toThrow('did not end within 50001 accesses')
  })

  test('passes on what a living operation throws', () => {
    const setup = () => ({
      op: () => {
        throw new RangeError('by itself')
      },
      check: () => {},
    })
    expect(() => crashAtEveryStep(setup)).toThrow('by itself')
  })

  test('puts every global back but Atomics, also after a failure', () => {
    const before = [Int32Array, Buffer.from, Buffer.prototype.write, types.isUint8Array, ArrayBuffer.isView]
    expect(() => crashAtEveryStep(() => ({ op: () => {}, check: () => {} }))).toThrow()
    expect([Int32Array, Buffer.from, Buffer.prototype.write, types.isUint8Array, ArrayBuffer.isView]).toEqual(before)
    expect(crashAtEveryStep(() => ({ op: () => new Pair().set(1), check: () => {} }))).toBe(4)
  })

  test('leaves what the setup made in working order, for callbacks that come later', () => {
    const native = { lengthOf: (view: Uint8Array) => [types.isProxy(view), view.length] }
    const bytes: Buffer[] = []
    const setup = () => {
      bytes.push(Buffer.from(new SharedArrayBuffer(8)))
      return { op: () => bytes.at(-1)!.fill(1), check: () => {} }
    }
    for (let round = 0; round < 2; round++) crashAtEveryStep(setup, { natives: [native] })
    const late = bytes.at(-1)!
    expect(Atomics.add(late, 0, 5)).toBe(1)
    late.write('ab', 4)
    late.subarray(6).fill(99)
    expect(late.toString('latin1', 4)).toBe('abcc')
    expect(native.lengthOf(late)).toEqual([false, 8])
  })

  test('refuses to run within another', () => {
    const inner = () => crashAtEveryStep(() => ({ op: () => new Pair().set(1), check: () => {} }))
    expect(() => crashAtEveryStep(() => ({ op: () => new Pair().set(1), check: inner }))).toThrow('traced already')
  })
})

describe('crashAtEveryStepAsync', () => {
  const pairs = (set: 'set' | 'setBroken') => async () => {
    const pair = new Pair()
    const op = async () => {
      await null
      pair[set](7)
    }
    return { op, check: async () => expect([undefined, ...EQUAL]).toContainEqual(set === 'set' ? pair.read() : pair.readBroken()) }
  }

  test('passes what is right, and catches what is not', async () => {
    await expect(crashAtEveryStepAsync(pairs('set'))).resolves.toBe(4)
    expect((await rejectionOf(crashAtEveryStepAsync(pairs('setBroken')))).message).toContain('ahead of step 2: at Pair.setBroken')
  })
})

describe('crashTwiceAtEveryStep', () => {
  const pairs = (repair: (pair: Pair) => void) => () => {
    const pair = new Pair()
    const deaths: string[] = []
    return {
      op: () => pair.set(7),
      repair: () => repair(pair),
      die: (whose: string) => deaths.push(whose),
      check: ({ completed, repaired }: { completed: boolean; repaired: boolean }) => {
        expect(deaths).toEqual([...(completed ? [] : ['operation']), ...(repaired ? [] : ['repair'])])
        if (!repaired) repair(pair)
        expect(EQUAL).toContainEqual(pair.read())
      },
    }
  }

  test('passes a repair that can be started again', () => {
    expect(crashTwiceAtEveryStep(pairs((pair) => pair.repair()))).toEqual({ steps: 4, repairSteps: 9 })
  })

  test('catches a repair that says too early that it is done', () => {
    const hasty = (pair: Pair) => {
      if (Atomics.load(pair.words, 0) % 2 === 0) return
      Atomics.add(pair.words, 0, 1)
      pair.words[1] = 9
      pair.words[2] = 9
    }
    const { message } = thrownBy(() => crashTwiceAtEveryStep(pairs(hasty)))
    expect(message).toMatch(/^ahead of step 2: at Pair\.set .*\n(.*\n)*then the repair, ahead of step 3: at hasty/)
  })
})

describe('preemptAtEveryStep', () => {
  const counters = (add: (words: Int32Array) => void) => () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    return { op: () => add(words), other: () => Atomics.add(words, 0, 1), check: () => expect(words[0]).toBe(2) }
  }
  const lossy = (words: Int32Array) => {
    words[0] = words[0]! + 1
  }

  test('passes an increment that loses nothing, and catches one that does', () => {
    expect(preemptAtEveryStep(counters((words) => Atomics.add(words, 0, 1)))).toBe(1)
    const { message } = thrownBy(() => preemptAtEveryStep(counters(lossy)))
    expect(message).toMatch(/^the other ran ahead of step 1: at lossy \(steps\.test\.ts:\d+\)/)
  })

  test('gives the results of both', () => {
    const results: unknown[] = []
    preemptAtEveryStep(() => {
      const words = new Int32Array(new SharedArrayBuffer(4))
      return {
        op: () => Atomics.add(words, 0, 10),
        other: () => Atomics.add(words, 0, 1),
        check: ({ step, completed, opResult, otherResult }) => {
          results.push([step, completed, opResult, otherResult])
        },
      }
    })
    expect(results).toEqual([
      [2, true, 0, 10],
      [1, false, 1, 0],
    ])
  })

  test('waits for an operation that is a promise', async () => {
    const later = (add: (words: Int32Array) => void) => async () => {
      const words = new Int32Array(new SharedArrayBuffer(4))
      const op = async () => {
        await null
        add(words)
      }
      return { op, other: () => Atomics.add(words, 0, 1), check: async () => expect(words[0]).toBe(2) }
    }
    await expect(preemptAtEveryStepAsync(later((words) => Atomics.add(words, 0, 1)))).resolves.toBe(1)
    await expect(preemptAtEveryStepAsync(later(lossy))).rejects.toThrow('the other ran ahead of step 1: at lossy')
  })

  test('says when the other failed', () => {
    const setup = () => ({
      op: () => new Pair().set(1),
      other: () =>
        actAtStep(
          1,
          () => {},
          () => {},
        ),
      check: () => {},
    })
    expect(preemptAtEveryStep(setup)).toBe(4)
    let calls = 0
    const failing = () => {
      if (calls++ > 0) throw new Error('no')
    }
    expect(() => preemptAtEveryStep(() => ({ ...setup(), other: failing }))).toThrow(/^the other failed ahead of step 1/)
  })
})

describe('preemptAtEveryLoad', () => {
  const readers = (read: 'read' | 'readBroken') => () => {
    const memory = new SharedArrayBuffer(64)
    const [reader, writer] = [new Pair(memory), new Pair(memory)]
    return {
      op: () => reader[read](),
      other: () => writer.set(7),
      check: ({ opResult }: { opResult: unknown }) => expect([undefined, ...EQUAL]).toContainEqual(opResult),
    }
  }

  test('passes a reader that compares versions, and catches one that does not', () => {
    expect(preemptAtEveryLoad(readers('read'))).toBe(4)
    expect(preemptAtEveryLoad(readers('read'), { steps: ['atomic load'] })).toBe(2)
    expect(() => preemptAtEveryLoad(readers('readBroken'))).toThrow(/^the other ran ahead of step 2: at Pair.readBroken/)
  })
})

describe('a traced view', () => {
  const poke = (bytes: Buffer, at: number) => {
    bytes[at] = 97
  }

  /** How often `op` could be stopped, and memory after each stop. */
  function storesOf(op: (bytes: Buffer, words: Int32Array) => void): string[] {
    const images: string[] = []
    crashAtEveryStep(() => {
      const memory = new SharedArrayBuffer(8)
      const [bytes, words] = [Buffer.from(memory), new Int32Array(memory)]
      return { op: () => op(bytes, words), check: () => images.push(bytes.toString('latin1').replaceAll('\0', '.')) }
    })
    return images.slice(1).concat(images[0]!)
  }

  test.each<[string, (bytes: Buffer, words: Int32Array) => void, string[]]>([
    ['an index', (bytes) => poke(bytes, 1), ['........', '.a......']],
    ['set', (bytes) => bytes.set([97, 98, 99, 100], 2), ['........', '..ab....', '..abcd..']],
    ['set of one element', (_, words) => words.set([0x61616161], 1), ['........', '....aaaa']],
    ['fill', (bytes) => bytes.fill(97, 4), ['........', '....aa..', '....aaaa']],
    ['fill with a string', (bytes) => bytes.fill('ab'), ['........', 'abab....', 'abababab']],
    ['write', (bytes) => bytes.write('abcd', 1), ['........', '.ab.....', '.abcd...']],
    ['latin1Write', (bytes) => bytes.write('abcd', 'latin1'), ['........', 'ab......', 'abcd....']],
    ['writeUInt16LE', (bytes) => bytes.writeUInt16LE(0x6261, 3), ['........', '...a....', '...ab...']],
    ['copy to', (bytes) => Buffer.from('abcd').copy(bytes, 4), ['........', '....ab..', '....abcd']],
    ['copyWithin', (bytes) => void bytes.fill('a', 0, 1).copyWithin(4, 0, 2), ['........', 'a.......', 'a...a...', 'a...a...']],
    ['encodeInto', (bytes) => new TextEncoder().encodeInto('ab', bytes), ['........', 'a.......', 'ab......']],
    ['a part of it', (bytes) => poke(bytes.subarray(4), 0), ['........', '....a...']],
    ['a DataView', ({ buffer }) => new DataView(buffer, 4).setInt16(0, 0x6162), ['........', '....ab..']],
    ['Atomics', (_, words) => Atomics.or(words, 1, 0x61), ['........', '....a...']],
    ['prototype.set', (bytes) => Uint8Array.prototype.set.call(bytes, [97]), ['........', 'a.......']],
  ])('tells of %s', (_, op, images) => {
    expect(storesOf(op)).toEqual(images)
  })

  test('counts Atomics on a view that was made outside', () => {
    const outside = new Int32Array(new SharedArrayBuffer(4))
    expect(crashAtEveryStep(() => ({ op: () => Atomics.store(outside, 0, 1), check: () => {} }))).toBe(1)
  })

  test('counts nothing of memory that is not shared', () => {
    const op = () => {
      new Uint8Array(8).fill(1)
      Buffer.alloc(8).write('abc')
      new Pair().set(1)
    }
    expect(crashAtEveryStep(() => ({ op, check: () => {} }))).toBe(4)
  })

  test('is a view like any other to who reads it', () => {
    const tracing = new Tracing()
    try {
      const bytes = Buffer.from(new SharedArrayBuffer(8))
      bytes.write('abc')
      expect([...bytes.subarray(0, 3)]).toEqual([97, 98, 99])
      expect([Buffer.isBuffer(bytes), ArrayBuffer.isView(bytes), types.isUint8Array(bytes), bytes instanceof Uint8Array]).toEqual(
        Array(4).fill(true),
      )
      expect(bytes.toString('utf8', 0, 3)).toBe('abc')
      expect(bytes.subarray(0, 2)).toEqual(Buffer.from('ab'))
      expect(bytes.subarray(0, 2)).not.toEqual(Buffer.from('ac'))
      expect(new Int32Array(bytes.buffer)).toEqual(Int32Array.of(0x636261, 0))
      expect(bytes.toString('latin1', 0, 2)).toBe('ab')
      expect(new TextDecoder().decode(Uint8Array.from(bytes.subarray(0, 2)))).toBe('ab')
      expect(Buffer.concat([bytes.subarray(0, 1), bytes.subarray(2, 3)]).toString()).toBe('ac')
      expect(bytes.equals(Buffer.from(bytes))).toBe(true)
      expect(Buffer.compare(bytes, Buffer.from(bytes))).toBe(0)
      expect(new Uint8Array(bytes)).toHaveLength(8)
      expect([bytes.length, bytes.byteOffset, bytes.buffer.byteLength, bytes.indexOf('c')]).toEqual([8, 0, 8, 2])
      expect(new Float64Array(bytes.buffer).indexOf(0)).toBe(-1)
    } finally {
      tracing.end()
    }
  })
})

describe('a native call', () => {
  test('is given true views, is a step, and is not made by the dead', () => {
    const calls: string[] = []
    const native = {
      first: (view: Uint8Array, value: number) => {
        calls.push(`first ${types.isProxy(view)} ${value}`)
      },
      last: () => calls.push('last'),
    }
    const setup = () => {
      const bytes = new Uint8Array(new SharedArrayBuffer(8))
      const op = () => {
        try {
          native.first(bytes, 5)
          bytes[0] = 1
        } finally {
          native.last()
        }
      }
      const check = ({ step }: { step: number }) => {
        expect(calls.splice(0)).toEqual([[], ['first false 5'], ['first false 5'], ['first false 5', 'last']][step - 1])
      }
      return { op, check }
    }
    expect(crashAtEveryStep(setup, { natives: [native] })).toBe(3)
    expect(() => crashAtEveryStep(setup, { natives: [Object.freeze({ ...native })] })).toThrow(TypeError)
  })

  test('gets the view behind a traced one by unwrap', () => {
    const tracing = new Tracing()
    const view = new Uint8Array(new SharedArrayBuffer(8))
    tracing.end()
    expect([types.isProxy(view), types.isProxy(unwrap(view)), unwrap(5)]).toEqual([true, false, 5])
  })
})

describe('actAtStep', () => {
  test('acts once, ahead of the given step', () => {
    const tracing = new Tracing()
    try {
      const pair = new Pair()
      const seen: unknown[] = []
      expect(
        actAtStep(
          3,
          () => pair.set(7),
          () => seen.push(pair.readBroken()),
        ),
      ).toBe(4)
      expect(seen).toEqual([[7, 0]])
    } finally {
      tracing.end()
    }
  })
})
