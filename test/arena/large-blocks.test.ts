import { expect, test } from '@jest/globals'
import { Probe, probeBuffer, probeOver } from '../support/probe-region'

test('takes a large block back whose neighbour fills a free run exactly', () => {
  const probe = new Probe(probeOver(probeBuffer()))
  for (let i = 0; i < 4; i++) probe.put(i, 5120)
  probe.put(0, 0)
  probe.put(0, 5120)
  probe.put(1, 0)
  expect(probe.problems()).toEqual([])
})
