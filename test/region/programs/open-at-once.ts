// Opens a region as soon as the clock says so, and prints which region it was, and whether this process made it.

import { openRegion } from '../../../ts/region/open-region'
import { probeFormat } from '../../support/probe-region'

const [path, at] = [process.argv[2]!, Number(process.argv[3])]
let made = false
const format = {
  ...probeFormat(),
  initialise: () => {
    made = true
  },
}
while (Date.now() < at);
const region = openRegion(path, format)
console.log(JSON.stringify({ creation: String(region.creation), made, slot: region.lease.slot }))
region.close()
