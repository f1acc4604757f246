// Waits a moment, and changes the word that somebody waits for.

const { open } = require('../support/region.cjs')

const opener = open(process.argv[2])
setTimeout(() => {
  opener.waiter.publish(42)
  opener.close()
  console.log('done')
}, 300)
