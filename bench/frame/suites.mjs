// Finds and loads suites: folders of bench/ with a suite.mjs, which exports
//
//   title          what the suite is about, in a few words
//   questionNames  the files beside it, without .mjs, in the order to ask them
//   isOurs(name)   whether a contestant is this package; plots show it
//   prepare(kit)   makes what all questions need, in kit.folder, which is removed at the end; returns the
//                  setting, plain data, which every contestant receives. kit: { folder, seed, note(text) }
//
// A question's file exports
//
//   asks           the question, with its question mark
//   title, unit    for tables and plots: 'copy of 64 bytes', 'read'
//   contestants    by name: see contestant.mjs
//   ratios         [name, ...names it is compared with][]: the first line is the answer in one sentence
//   targets        { contestant, against, atLeast }[]: what PEERS.md wants of the ratio. Optional
//   remarks(setting)  returns, or resolves to, what else there is to say: strings for the notes. Optional

import { existsSync, readdirSync } from 'node:fs'

const BENCH = new URL('../', import.meta.url)

export function suiteNames() {
  const folders = readdirSync(BENCH, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map((entry) => entry.name).filter((name) => existsSync(new URL(`${name}/suite.mjs`, BENCH)))
}

export async function loadSuite(name) {
  if (!suiteNames().includes(name)) throw new RangeError(`there is no suite ${name}, only: ${suiteNames().join(', ')}`)
  const suite = await import(new URL(`${name}/suite.mjs`, BENCH))
  const { title, isOurs, prepare, questionNames } = suite
  const questions = await Promise.all(questionNames.map((question) => loadQuestion(name, question)))
  return { name, title, prepare, questions: questions.map((question) => ({ ...question, isOurs })) }
}

export async function loadQuestion(suite, name) {
  const question = await import(new URL(`${suite}/${name}.mjs`, BENCH))
  return { ...question, name, suite, targets: question.targets ?? [] }
}
