/** Boxes in rows, drawn with `+`, `-` and `|`: no line runs through a run that goes on in the next row. */

/** A part of one row, in columns. Pieces of one run belong together. */
export interface Piece {
  readonly run: number
  readonly from: number
  readonly to: number
  readonly label: string
}

export interface Row {
  readonly offset: number
  readonly pieces: readonly Piece[]
  /** It stands for rows that are left out. */
  readonly elided: boolean
}

const MARGIN = 7

export function draw(rows: readonly Row[], rowLength: number, byteColumns: number): string {
  const numbers = Array.from({ length: rowLength }, (_, i) => String(i).padEnd(byteColumns)).join('')
  const lines = [`${' '.repeat(MARGIN + 1)} ${numbers}`]
  for (const [i, row] of rows.entries()) {
    const edge = border(rows[i - 1], row)
    if (edge !== undefined) lines.push(' '.repeat(MARGIN) + edge)
    lines.push((row.elided ? '' : `${row.offset} `).padStart(MARGIN) + content(row))
  }
  lines.push(' '.repeat(MARGIN) + border(rows.at(-1), undefined))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function content({ pieces, elided }: Row): string {
  const end = elided ? '~' : '|'
  return pieces.map(({ from, to, label }) => `${end} ${label}`.padEnd(to - from)).join('') + end
}

/** The line between two rows, or nothing where one run fills both. */
function border(above: Row | undefined, below: Row | undefined): string | undefined {
  const width = Math.max(above?.pieces.at(-1)?.to ?? 0, below?.pieces.at(-1)?.to ?? 0)
  const line = Array.from({ length: width + 1 }, (_, column) => corner(above, below, column))
  return line.some((mark) => mark === '-') ? line.join('') : undefined
}

/** What stands at a column: the runs to the left and right of it, above and below, tell. */
function corner(above: Row | undefined, below: Row | undefined, column: number): string {
  const left = [runAt(above, column - 1), runAt(below, column - 1)]
  const right = [runAt(above, column), runAt(below, column)]
  const upright = left[0] !== right[0] || left[1] !== right[1]
  const level = left[0] !== left[1] || right[0] !== right[1]
  if (upright) return level ? '+' : '|'
  return level ? '-' : ' '
}

function runAt(row: Row | undefined, column: number): number | undefined {
  return row?.pieces.find(({ from, to }) => from <= column && column < to)?.run
}
