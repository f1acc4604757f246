// A result as text: ratios first, then whether targets were met, then the times.

import { describeMachine } from './machine.mjs'

/** Three digits that count. */
export function threeDigits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** Nanoseconds as people read them. */
export function duration(nanoseconds) {
  const steps = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']] // biome-ignore format: a table
  const [size, unit] = steps.find(([least]) => nanoseconds >= least) ?? [1, 'ns']
  return `${threeDigits(nanoseconds / size)} ${unit}`
}

function ratioLines({ title, ratios }) {
  const lines = [title]
  for (const contestant of new Set(ratios.map((ratio) => ratio.contestant))) {
    const told = ratios
      .filter((ratio) => ratio.contestant === contestant)
      .map(({ against, median, min, max }) => `${threeDigits(median)} x ${against} [${threeDigits(min)}..${threeDigits(max)}]`)
    lines.push(`  ${contestant}: ${told.join(', ')}`)
  }
  return lines
}

function targetLines({ title, targets }) {
  return targets.map(({ contestant, against, atLeast, reached }) => {
    const outcome = reached === undefined ? 'not measured' : `${reached >= atLeast ? 'met' : 'MISSED'}: ${threeDigits(reached)} x`
    return `  ${title}, ${contestant}: at least ${atLeast} x ${against}: ${outcome}`
  })
}

function tableLines({ title, unit, contestants }) {
  const width = Math.max(...contestants.map(({ name }) => name.length))
  const lines = ['', `${title} (per ${unit})`, `  ${''.padEnd(width)}  ${'min'.padStart(9)}  ${'mean'.padStart(9)}   deviation`]
  for (const { name, absent, min, mean, deviation } of contestants) {
    const times = absent?.slice(0, 90) ?? `${duration(min).padStart(9)}  ${duration(mean).padStart(9)}  ± ${duration(deviation)}`
    lines.push(`  ${name.padEnd(width)}  ${times}`)
  }
  return lines
}

export function report(result) {
  const { questions, notes, trials, seconds, seed, date, command, machine } = result
  const targets = questions.flatMap(targetLines)
  const lines = [
    `${result.title}: how many times as fast, median of ${trials} laps [min..max]`,
    '',
    ...questions.flatMap(ratioLines),
    ...(targets.length > 0 ? ['', 'targets', ...targets] : []),
    ...questions.flatMap(tableLines),
    '',
    ...notes.map((note) => `note: ${note}`),
    `${trials} trials of ${seconds} s each, every one in a process of its own; seed ${seed}`,
    describeMachine(machine),
    `${date}  ${command}`,
  ]
  return `${lines.join('\n')}\n`
}
