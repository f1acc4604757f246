// What a refused call says.

const assert = require('node:assert/strict')

/** The code of the error that `body` throws. */
async function codeOf(body) {
  try {
    await body()
  } catch (error) {
    return error.code ?? String(error)
  }
  return 'no error'
}

/** Asserts that `body` throws, or rejects with, an error with this code. */
async function refuses(code, body) {
  assert.equal(await codeOf(body), code)
}

module.exports = { codeOf, refuses }
