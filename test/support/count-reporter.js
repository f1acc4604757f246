// Ends the run with the plain count that any CI can read.
module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${skipped}\n`)
  }
}
