// As a user who may only read: prints how opening for reading, and for writing, ends.

import { openRegion } from '../../../ts/region/open-region'
import { outcomeOf } from '../../support/errors'
import { probeFormat } from '../../support/probe-region'

const path = process.argv[2]!

async function main(): Promise<void> {
  process.setgroups!([])
  process.setgid!(65534)
  process.setuid!(65534)
  const ro = await outcomeOf(() => openRegion(path, probeFormat(), { mode: 'ro' }).close())
  const rw = await outcomeOf(() => openRegion(path, probeFormat()).close())
  console.log(JSON.stringify({ ro, rw }))
}

void main()
