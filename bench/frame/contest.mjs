// Asks one question: every contestant gives its answer, and all must agree, before any is timed; then laps, in
// each of which every contestant runs one trial, in another order each time.

import { runTrial } from './contestant.mjs'
import { shuffled, xorshift32 } from './random.mjs'
import { mean, ratioOf, summaryOf } from './statistics.mjs'

/** Resolves to what results/<suite>.json holds of the question. `progress(text)` hears what is going on. */
export async function contest(question, setting, { seconds, trials, seed, progress }) {
  const absent = new Map()
  for (const [name, { missing }] of Object.entries(question.contestants)) {
    const reason = missing?.(setting)
    if (reason !== undefined) absent.set(name, reason)
  }
  const present = () => Object.keys(question.contestants).filter((name) => !absent.has(name))

  progress(`${question.name}: answers`)
  checkAnswers(question, await answersOf(question, present(), setting, absent))

  const laps = new Map(present().map((name) => [name, []]))
  const next = xorshift32(seed)
  for (let lap = 1; lap <= trials; lap++) {
    for (const name of shuffled(present(), next)) {
      progress(`${question.name}: lap ${lap} of ${trials}, ${name}`)
      const { failed, rounds } = await runTrial(question, name, setting, seconds)
      if (failed) absent.set(name, failed)
      else laps.get(name).push({ min: Math.min(...rounds), mean: mean(rounds), rounds: rounds.length })
    }
  }
  return resultOf(question, laps, absent)
}

async function answersOf(question, names, setting, absent) {
  const answers = new Map()
  for (const name of names) {
    const { failed, answer } = await runTrial(question, name, setting, 0)
    if (failed) absent.set(name, failed)
    else answers.set(name, answer)
  }
  return answers
}

function checkAnswers(question, answers) {
  if (new Set(answers.values()).size <= 1) return
  const given = [...answers].map(([name, answer]) => `  ${name}: ${answer}`)
  throw new Error(`${question.name}: the answers differ, so nothing was timed\n${given.join('\n')}`)
}

function resultOf(question, laps, absent) {
  const { name, title, asks, unit } = question
  const contestants = Object.keys(question.contestants).map((contestant) => ({
    name: contestant,
    ours: question.isOurs(contestant),
    ...(absent.has(contestant) ? { absent: absent.get(contestant) } : { ...summaryOf(laps.get(contestant)), trials: laps.get(contestant) }),
  }))
  const ratio = (one, other) => (absent.has(one) || absent.has(other) ? undefined : ratioOf(laps.get(one), laps.get(other)))
  const ratios = question.ratios.flatMap(([one, ...others]) =>
    others.map((other) => ({ contestant: one, against: other, ...ratio(one, other) })),
  )
  const targets = question.targets.map((target) => ({ ...target, reached: ratio(target.contestant, target.against)?.median }))
  return { name, title, asks, unit, contestants, ratios: ratios.filter(({ median }) => median !== undefined), targets }
}
