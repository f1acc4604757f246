// Takes the mutex of a region, changes half of what it protects, and is killed by its own hand.

const { open } = require('../support/region.cjs')

const opener = open(process.argv[2])
opener.region.lease.begin()
opener.mutex.acquire()
opener.words[(opener.at + 64) / 4] = 1
process.kill(process.pid, 'SIGKILL')
