// Waits for a word that does not change, and ends when the wait does not keep it.

import { openPairs, pair } from './pairs'

const [path, keepsLoop] = process.argv.slice(2)
pair(openPairs(path!), 0).wait(0, { keepsLoop: keepsLoop === 'true' })
process.stdout.write('1')
