import { array, layout, line, words } from '../layout/layout'
import { JournalRecord } from '../sync/journal'
import { LeaseSlot } from '../sync/lease-slot'
import { Intent, Magazine } from './layouts'
import { CLASS_COUNT } from './size-class'

/** All that an opener has written down about itself: what an heir needs. */
export const OpenerSlot = layout('OpenerSlot', {
  lease: line(LeaseSlot),
  intent: line(Intent),
  own: line(words(16)).is("the structure's own: what it has begun"),
  journal: line(JournalRecord),
  magazines: line(array(Magazine, CLASS_COUNT)).is('by size class'),
})
