require('../../support/typescript.cjs')
require('./thread.ts')
