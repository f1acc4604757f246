import { bits, layout, u32, u64, words } from '../layout/layout'

/** Mutexes that one opener can hold at once. Each has a level, and they are taken in the order of their levels. */
export const HELD_COUNT = 5

export const SlotState = bits({
  live: [0, 1, 'an opener has this slot, or died with it'],
  generation: [1, 20, 'how often the slot was given up before; part of an owner word'],
})

/** Who has a region open. One cache line, written by its opener and by whoever buries that; `attention` by whoever waits for it. */
export const LeaseSlot = layout('LeaseSlot', {
  state: SlotState.is('PUBLISH: the rest of the slot is valid while live'),
  pid: u32.is('process of the opener, in its pid namespace'),
  tid: u32.is('thread of the opener'),
  pidNamespace: u32.is('inode of the pid namespace; 0 = unknown'),
  start: u64.is('start of the thread, in clock ticks since boot; 0 = unknown'),
  role: u32.is('what the opener does, as its structure counts'),
  attention: u32.is('changed, and woken, by whoever waits for a mutex of this opener'),
  held: words(HELD_COUNT).is('granule of each mutex that the opener holds or is taking, by level; 0 = none'),
  burying: u32.is('slot plus 1 that this opener buries; 0 = none'),
})
