/** Up to this many characters a string is made without a call into C++. Measured: `npm run bench -- codec read-text`. */
export const SHORT_READ = 32

const chars = String.fromCharCode as (...units: (number | undefined)[]) => string

/**
 * The string of `length` bytes from `i`, one character a byte; at most {@link SHORT_READ}, inside of `b`.
 *
 * One call with all characters as its arguments makes the string in one piece. A loop would make a string for each
 * character; spreading an array, the array; `latin1Slice` goes through C++, which costs more than 32 arguments do.
 * Hence a case for each length, and a function longer than a screen.
 */
export function readShortLatin1(b: Uint8Array, i: number, length: number): string {
  // biome-ignore format: a table
  switch (length) {
    case 1: return chars(b[i])
    case 2: return chars(b[i], b[i+1])
    case 3: return chars(b[i], b[i+1], b[i+2])
    case 4: return chars(b[i], b[i+1], b[i+2], b[i+3])
    case 5: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4])
    case 6: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5])
    case 7: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6])
    case 8: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7])
    case 9: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8])
    case 10: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9])
    case 11: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10])
    case 12: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11])
    case 13: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12])
    case 14: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13])
    case 15: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14])
    case 16: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15])
    case 17: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16])
    case 18: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17])
    case 19: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18])
    case 20: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19])
    case 21: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20])
    case 22: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21])
    case 23: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22])
    case 24: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23])
    case 25: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24])
    case 26: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25])
    case 27: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26])
    case 28: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26],
      b[i+27])
    case 29: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26],
      b[i+27], b[i+28])
    case 30: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26],
      b[i+27], b[i+28], b[i+29])
    case 31: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26],
      b[i+27], b[i+28], b[i+29], b[i+30])
    case 32: return chars(b[i], b[i+1], b[i+2], b[i+3], b[i+4], b[i+5], b[i+6], b[i+7], b[i+8], b[i+9], b[i+10], b[i+11], b[i+12],
      b[i+13], b[i+14], b[i+15], b[i+16], b[i+17], b[i+18], b[i+19], b[i+20], b[i+21], b[i+22], b[i+23], b[i+24], b[i+25], b[i+26],
      b[i+27], b[i+28], b[i+29], b[i+30], b[i+31])
    default: return ''
  }
}
