import { parentPort } from 'node:worker_threads'
import { outline } from '../samples/envelope.mjs'
import { measureLevel } from '../samples/level.mjs'
import { play } from '../samples/piece.mjs'
import { scale } from '../samples/scale.mjs'

/**
 * What a thread can do with samples. A task brings a view over memory that all threads share, and tells what is in it;
 * the thread neither opens the file nor knows that there is one.
 *
 * @typedef {import('../samples/strips.mjs').Samples} Samples
 * @typedef {{ kind: 'level' } & Samples} LevelTask
 * @typedef {{ kind: 'scale' } & Samples & import('../samples/scale.mjs').Scaling} ScaleTask
 * @typedef {{ kind: 'outline', count: number } & Samples & import('../samples/envelope.mjs').Outline} OutlineTask
 * @typedef {{ kind: 'play' } & Samples & import('../samples/piece.mjs').Part} PlayTask
 * @typedef {LevelTask | ScaleTask | OutlineTask | PlayTask} Task
 */

/** @param {Task} task */
function perform(task) {
  switch (task.kind) {
    case 'level':
      return measureLevel(task)
    case 'scale':
      return scale(task)
    case 'outline':
      return outline(task)
    case 'play':
      return play(task)
  }
}

parentPort?.on('message', (task) => parentPort?.postMessage(perform(task)))
