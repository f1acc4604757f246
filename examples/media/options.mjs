import { MediaError } from './media-error.mjs'

/**
 * What can stand behind a `--name`.
 *
 * @typedef {object} Option
 * @property {'string' | 'boolean'} type
 * @property {boolean} [needed]
 * @property {(text: string, name: string) => unknown} [read]  throws a MediaError for what makes no sense
 */

/** @param {Option} option @returns {Option} */
export function needed(option) {
  return { ...option, needed: true }
}

/** @returns {Option} */
export function flag() {
  return { type: 'boolean' }
}

/** @returns {Option} */
export function text() {
  return {
    type: 'string',
    read(text, name) {
      if (text === '') throw new MediaError(`--${name} is empty`)
      return text
    },
  }
}

/** @param {number} least @param {number} most @returns {Option} */
export function number(least, most) {
  return {
    type: 'string',
    read(text, name) {
      const value = Number(text)
      if (text.trim() === '' || !(value >= least && value <= most))
        throw new MediaError(`--${name} must be a number from ${least} to ${most}, not '${text}'`)
      return value
    },
  }
}

/** @param {number} least @param {number} most @returns {Option} */
export function count(least, most) {
  return {
    type: 'string',
    read(text, name) {
      if (!/^\d{1,15}$/.test(text) || Number(text) < least || Number(text) > most)
        throw new MediaError(`--${name} must be a whole number from ${least} to ${most}, not '${text}'`)
      return Number(text)
    },
  }
}

/** @param {string[]} words @returns {Option} */
export function oneOf(words) {
  return {
    type: 'string',
    read(text, name) {
      if (!words.includes(text)) throw new MediaError(`--${name} must be one of ${words.join(', ')}, not '${text}'`)
      return text
    },
  }
}
