/** An amplitude, 1 being full scale, in dBFS. @param {number} amplitude */
export function decibels(amplitude) {
  return 20 * Math.log10(amplitude)
}

/** @param {number} amplitude */
export function decibelsText(amplitude) {
  return amplitude === 0 ? '-inf' : decibels(amplitude).toFixed(2)
}

/** Seconds as `0:04.250`, `3:12:04.000`. @param {number} seconds */
export function durationText(seconds) {
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const [hours, minutes, rest] = parts.map(String)
  const fraction = (seconds - whole).toFixed(3).slice(1)
  const clock = parts[0] > 0 ? `${hours}:${minutes.padStart(2, '0')}` : minutes
  return `${clock}:${rest.padStart(2, '0')}${fraction}`
}

/** @param {number} bytes */
export function bytesText(bytes) {
  if (bytes < 2 ** 20) return `${(bytes / 2 ** 10).toFixed(1)} KiB`
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`
}

/** How long something took, and how quick that is. @param {number} bytes @param {number} since  by `performance.now()` */
export function speedText(bytes, since) {
  const seconds = Math.max(performance.now() - since, 1) / 1000
  return `${seconds.toFixed(2)} s, ${bytesText(bytes / seconds)}/s`
}
