// One trial: one contestant, alone in this process. Started by contestant.mjs.
//
// A round is as many operations as take some 10 ms, and one turn of the event loop: what an operation leaves
// behind for later (finalizers, collections) is paid for in the same clock.

import { loadQuestion } from './suites.mjs'

const ROUND_NS = 10e6
const MIN_WARM_UP_SECONDS = 0.2
const MIN_ROUNDS = 3

let sink = 0

const now = () => Number(process.hrtime.bigint())
const turn = () => new Promise((resolve) => setImmediate(resolve))

async function round(contestant, count) {
  const start = now()
  sink += await contestant.run(count)
  await turn()
  return now() - start
}

// Also finds the number of operations that fills a round.
async function warmUp(contestant, seconds) {
  const { most = Number.MAX_SAFE_INTEGER } = contestant
  const end = now() + seconds * 1e9
  let count = 1
  for (let rounds = 0; rounds < MIN_ROUNDS || now() < end; rounds++) {
    const elapsed = await round(contestant, count)
    const wanted = Math.ceil((count * ROUND_NS) / elapsed)
    count = Math.max(1, Math.min(wanted, count * 10, most))
  }
  return count
}

async function timed(contestant, seconds) {
  const count = await warmUp(contestant, Math.max(MIN_WARM_UP_SECONDS, seconds / 2))
  const rounds = []
  const end = now() + seconds * 1e9
  while (rounds.length < MIN_ROUNDS || now() < end) rounds.push((await round(contestant, count)) / count)
  return rounds
}

const { suite, question, name, setting, seconds } = JSON.parse(process.argv[2])
const { contestants } = await loadQuestion(suite, question)
const contestant = await contestants[name].begin(setting)
const answer = await contestant.answer()
const rounds = seconds > 0 ? await timed(contestant, seconds) : []
process.stdout.write(JSON.stringify({ answer, rounds, sink }))
