import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tempDirectory, tempFile } from '../support/temp'
import { crewOfTest } from './crew-of-test'
import { HistoryRecorder, mergeHistories, type Operation } from './history'
import { checkLinearizability } from './linearizability'
import { Random } from './random'
import {
  type CounterInput,
  counterModel,
  type MapInput,
  mapModel,
  type RegisterInput,
  registerModel,
  type Scalar,
  type SequentialModel,
} from './sequential-models'

/** `p [1, 3] …`: process, invocation, return (`undefined`: pending), input, output. */
function operation<Input>(process: string, invoked: number, returned: number | undefined, input: Input, output?: unknown) {
  const begun = { process, invoked: BigInt(invoked), input }
  return (returned === undefined ? begun : { ...begun, returned: BigInt(returned), output }) as Operation<Input, never>
}

const read = { op: 'read' } as const
const write = (value: Scalar) => ({ op: 'write', value }) as const
const register = registerModel(0)

describe('a history of a register', () => {
  test.each([
    ['reads what was written', [operation('a', 1, 2, write(1)), operation('b', 3, 4, read, 1)], true],
    ['reads the old value after the write', [operation('a', 1, 2, write(1)), operation('b', 3, 4, read, 0)], false],
    [
      'reads either value during the write',
      [operation('a', 1, 9, write(1)), operation('b', 2, 3, read, 0), operation('b', 4, 5, read, 1)],
      true,
    ],
    [
      'reads the new value and then the old',
      [operation('a', 1, 9, write(1)), operation('b', 2, 3, read, 1), operation('c', 4, 5, read, 0)],
      false,
    ],
    ['reads what nobody wrote', [operation('a', 1, 2, write(1)), operation('b', 3, 4, read, 2)], false],
    ['reads what a dead process was writing', [operation('a', 1, undefined, write(1)), operation('b', 3, 4, read, 1)], true],
    ['reads nothing of what a dead process was writing', [operation('a', 1, undefined, write(1)), operation('b', 3, 4, read, 0)], true],
    [
      'sees the effect of a dead process late, and then no more',
      [operation('a', 1, undefined, write(1)), operation('b', 3, 4, read, 0), operation('b', 5, 6, read, 1), operation('b', 7, 8, read, 0)],
      false,
    ],
    ['reads a pending write before it began', [operation('b', 1, 2, read, 1), operation('a', 3, undefined, write(1))], false],
  ])('%s', (_, history, linearizable) => {
    expect(checkLinearizability(history, register).answer).toBe(linearizable ? 'linearizable' : 'not linearizable')
  })
})

describe('a verdict', () => {
  test('names the shortest beginning that nothing explains', () => {
    const history = [
      operation('a', 1, 2, write(1)),
      operation('b', 3, 4, read, 1),
      operation('c', 3, 9, write(5)),
      operation('b', 5, 6, read, 0),
      operation('b', 10, 11, read, 5),
    ]
    const verdict = checkLinearizability(history, register)
    if (verdict.answer !== 'not linearizable') throw new Error(verdict.answer)
    expect(verdict.culprit).toBe(history[3])
    expect(verdict.prefix).toHaveLength(4)
    expect(verdict.explanation).toMatch(
      /^no order of the first 3 results explains this one: b \[0\.0, 0\.0\] gave 0: \{"op":"read"\}\n.*: 1\n/,
    )
    expect(verdict.explanation).toContain('c [0.0, never returned: {"op":"write","value":5}')
  })

  test('says when it was too much work', () => {
    const writes = Array.from({ length: 10 }, (_, i) => operation(`${i}`, 1, 100, write(i)))
    const history = [...writes, operation('r', 101, 102, read, 99)]
    expect(checkLinearizability(history, register, { budget: 1000 }).answer).toBe('budget exhausted')
    expect(checkLinearizability(history, register).answer).toBe('not linearizable')
  })

  test('is found key by key', () => {
    const set = (key: string, value: number) => ({ op: 'set', key, value }) as const
    const get = (key: string) => ({ op: 'get', key }) as const
    const good = [operation('a', 1, 2, set('x', 1)), operation('b', 3, 4, get('y')), operation('b', 5, 6, get('x'), 1)]
    expect(checkLinearizability<Scalar | undefined, MapInput, Scalar | undefined>(good, mapModel).answer).toBe('linearizable')
    const lost = [...good, operation('c', 7, 8, get('x'))]
    expect(checkLinearizability<Scalar | undefined, MapInput, Scalar | undefined>(lost, mapModel).answer).toBe('not linearizable')
  })

  test('is bad for a lost update', () => {
    const add = { op: 'add', by: 1 } as const
    const history = [operation('a', 1, 5, add, 1), operation('b', 2, 6, add, 1)]
    expect(checkLinearizability(history, counterModel()).answer).toBe('not linearizable')
    expect(checkLinearizability([history[0]!, { ...history[1]!, output: 2 as never }], counterModel()).answer).toBe('linearizable')
  })
})

/** What `processes` would see of an object that is right, each operation taking effect somewhere within it; some die. */
function simulate<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  inputs: () => Input,
  { random, processes, length }: { random: Random; processes: number; length: number },
): Operation<Input, Output>[] {
  const free = Array<number>(processes).fill(0)
  const plans = Array.from({ length }, (_, i) => {
    const p = random.below(processes)
    const invoked = free[p]! + 1 + random.below(5)
    const effect = invoked + 1 + random.below(20)
    const returned = effect + 1 + random.below(20)
    free[p] = returned
    return { process: `${p}.${i}`, invoked, effect, returned, input: inputs(), dies: random.chance(0.03), effective: random.chance(0.5) }
  })
  const states = new Map<string, State>()
  const history: Operation<Input, Output>[] = []
  for (const { process, invoked, returned, input, dies, effective } of plans.sort((a, b) => a.effect - b.effect)) {
    const key = model.keyOf?.(input) ?? ''
    const applied = model.apply(states.has(key) ? states.get(key)! : model.initial, input)
    if (!dies || effective) states.set(key, applied.state)
    history.push(operation(process, invoked, dies ? undefined : returned, input, applied.result))
  }
  return history
}

describe('random histories', () => {
  const inputsOf = (random: Random) => (): MapInput => {
    const key = `k${random.below(3)}`
    const value = random.below(4)
    return random.pick<MapInput>([
      { op: 'get', key },
      { op: 'set', key, value },
      { op: 'delete', key },
      { op: 'increment', key, by: 1 },
      { op: 'compareAndSet', key, expected: value, value: value + 1 },
    ])
  }

  test.each([2, 3, 4])('of a right map are linearizable, and with one result changed they are not (seed %i)', (seed) => {
    const random = new Random(seed)
    const history = simulate(mapModel, inputsOf(random), { random, processes: 6, length: 1000 })
    expect(checkLinearizability(history, mapModel)).toEqual({ answer: 'linearizable' })
    let caught = 0
    for (let round = 0; round < 4; round++) {
      const at = random.pick([...history.keys()].filter((i) => history[i]!.input.op === 'increment' && history[i]!.returned !== undefined))
      const changed = history.map((op, i) => (i === at ? { ...op, output: Number(op.output) + 50 } : op))
      if (checkLinearizability(changed, mapModel).answer === 'not linearizable') caught++
    }
    expect(caught).toBe(4)
  })
})

/** By trying every order of every choice of pending operations. */
function isLinearizableByHand(history: readonly Operation<RegisterInput, Scalar | undefined>[], state: Scalar = 0): boolean {
  if (history.every(({ returned }) => returned === undefined)) return true
  const firstReturn = history.reduce((first, { returned }) => (returned !== undefined && returned < first ? returned : first), 1n << 60n)
  return history.some((operation) => {
    if (operation.invoked > firstReturn) return false
    const applied = register.apply(state, operation.input)
    if (operation.returned !== undefined && applied.result !== operation.output) return false
    const rest = history.filter((other) => other !== operation)
    return isLinearizableByHand(rest, applied.state)
  })
}

describe('a thousand short histories, right and wrong', () => {
  test('get the answer that trying everything gives, and a shortest beginning', () => {
    const answers = { linearizable: 0, 'not linearizable': 0, 'budget exhausted': 0 }
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed)
      const history = Array.from({ length: 6 }, (_, i) => {
        const invoked = 10 * random.below(20)
        const returned = random.chance(0.2) ? undefined : invoked + 10 * random.below(12) + i + 1
        const value = random.below(3)
        const input = random.pick<RegisterInput>([read, write(value), { op: 'compareAndSet', expected: value, value: random.below(3) }])
        const output = input.op === 'read' ? random.below(3) : input.op === 'write' ? undefined : random.chance(0.5)
        return operation(`${i}`, invoked, returned, input, output) as Operation<RegisterInput, Scalar | undefined>
      })
      const verdict = checkLinearizability(history, register)
      answers[verdict.answer]++
      expect([seed, verdict.answer === 'linearizable']).toEqual([seed, isLinearizableByHand(history)])
      if (verdict.answer !== 'not linearizable') continue
      const { prefix, culprit } = verdict
      const { returned, output, ...pending } = culprit
      expect([seed, isLinearizableByHand(prefix)]).toEqual([seed, false])
      expect([seed, isLinearizableByHand(prefix.map((op) => (op === culprit ? pending : op)))]).toEqual([seed, true])
    }
    expect(answers.linearizable).toBeGreaterThan(100)
    expect(answers['not linearizable']).toBeGreaterThan(100)
  })
})

describe('processes that count in one file, of which one is killed', () => {
  interface Counter {
    count(path: string, history: string, times: number, lossy: boolean): void
  }

  async function historyOf(lossy: boolean): Promise<Operation<CounterInput, number>[]> {
    const crew = crewOfTest()
    const path = tempFile(Buffer.alloc(4096))
    const histories = [1, 2, 3].map((i) => join(tempDirectory(), `history-${i}`))
    const children = histories.map(() => crew.spawn<Counter>(join(__dirname, 'fixtures', 'sailor.ts')))
    await Promise.all(children.map((child) => child.reached('ready')))
    const [killed, ...others] = children.map((child, i) => child.ask('count', path, histories[i]!, i === 0 ? 1e6 : 500, lossy))
    await children[0]!.reached('fifty')
    await children[0]!.kill()
    await expect(killed).rejects.toThrow('SIGKILL')
    await Promise.all(others)
    return mergeHistories(histories.map((file) => readFileSync(file, 'utf8')))
  }

  test('have a linearizable history when they add by one step, and none when they add by two', async () => {
    const history = await historyOf(false)
    expect(history.length).toBeGreaterThan(1050)
    expect(checkLinearizability(history, counterModel())).toEqual({ answer: 'linearizable' })
    expect(checkLinearizability(await historyOf(true), counterModel()).answer).toBe('not linearizable')
  })
})

describe('HistoryRecorder', () => {
  test('keeps what was begun, what returned, and what both took', () => {
    const lines: string[] = []
    const recorder = new HistoryRecorder((line) => lines.push(line), 'p')
    expect(recorder.record(write(1), ({ value }) => `wrote ${value}`)).toBe('wrote 1')
    expect(() =>
      recorder.record(read, () => {
        throw new Error('it fails')
      }),
    ).toThrow('it fails')
    const [first, second] = mergeHistories(lines)
    expect(first).toMatchObject({ process: 'p', input: write(1), output: 'wrote 1' })
    expect(first!.returned! > first!.invoked).toBe(true)
    expect(second).toEqual({ process: 'p', input: read, invoked: expect.any(BigInt) })
  })

  test('merges what several wrote, in the order of time, whose last line may be cut off', async () => {
    const paths = ['a', 'b'].map((name) => join(tempDirectory(), name))
    const [a, b] = paths.map((path, i) => HistoryRecorder.toFile(path, `p${i}`))
    a!.record(write(1), () => undefined)
    await b!.recordAsync(read, async () => 1)
    a!.record(write(2), () => undefined)
    const [textA, textB] = paths.map((path) => readFileSync(path, 'utf8'))
    const history = mergeHistories<typeof read>([textA!.slice(0, -3), textB!])
    expect(history.map(({ process, returned }) => [process, returned !== undefined])).toEqual([
      ['p0', true],
      ['p1', true],
      ['p0', false],
    ])
    expect(checkLinearizability<Scalar, never, never>(history as never, register as never).answer).toBe('linearizable')
    expect(() => mergeHistories([textA!, textA!])).toThrow('begun twice')
  })
})
