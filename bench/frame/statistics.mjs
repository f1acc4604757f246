// A trial is one sample: its rounds share a process, with its luck in memory layout and compilation, so only
// trials are independent. The mean, not the median, of a trial's rounds: garbage collections are part of the price.

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The standard deviation of a sample. */
export function deviation(values) {
  if (values.length < 2) return 0
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

/** Nanoseconds per operation over all trials: the best round, and the trials' mean and deviation. */
export function summaryOf(trials) {
  const means = trials.map((trial) => trial.mean)
  return { min: Math.min(...trials.map((trial) => trial.min)), mean: mean(means), deviation: deviation(means) }
}

/**
 * How many times as fast one contestant is as another. Trials of one lap ran within seconds of each other, so
 * each lap gives a ratio that the machine's mood cancels out of: their median, least and greatest.
 */
export function ratioOf(trials, otherTrials) {
  const laps = trials.map((trial, lap) => otherTrials[lap].mean / trial.mean)
  return { median: median(laps), min: Math.min(...laps), max: Math.max(...laps) }
}
