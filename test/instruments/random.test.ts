import { describe, expect, test } from '@jest/globals'
import { forSeconds, Random } from './random'

describe('Random', () => {
  test('gives the same for the same seed, and something else for the next', () => {
    const draw = (seed: number) => {
      const random = new Random(seed)
      return Array.from({ length: 8 }, () => random.bits())
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1).filter((bits) => draw(2).includes(bits))).toEqual([])
  })

  test('draws every number below a bound about equally often', () => {
    const random = new Random(7)
    const counts = [0, 0, 0, 0, 0]
    for (let i = 0; i < 10_000; i++) counts[random.below(5)]!++
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
    expect(() => random.pick([])).toThrow(RangeError)
    expect(random.bytes(3)).toHaveLength(3)
    expect([2, 3]).toContain(random.between(2, 3))
  })

  test('forks sources that do not disturb each other', () => {
    const [a, b] = [new Random(3), new Random(3)]
    const [forkA, forkB] = [a.fork(), b.fork()]
    a.bits()
    forkA.bits()
    expect(b.bits()).not.toBe(a.bits())
    expect(forkB.fork().seed).not.toBe(forkA.fork().seed)
    expect(new Random(3).fork().seed).toBe(new Random(3).fork().seed)
  })
})

describe('forSeconds', () => {
  test('gives rounds until the time is over, and at least one', () => {
    expect([...forSeconds(0)]).toEqual([0])
    const began = performance.now()
    let last = 0
    for (const round of forSeconds(0.05)) last = round
    expect(performance.now() - began).toBeGreaterThan(45)
    expect(last).toBeGreaterThan(10)
  })
})
