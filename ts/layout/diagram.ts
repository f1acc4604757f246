/**
 * Draws a layout for its format page: rows of 8 or 16 bytes, as RFCs draw packets.
 *
 * ```
 *        0   1   2   3   4   5   6   7   8   9   10  11  12  13  14  15
 *      +---------------+---------------+-------------------------------+
 *    0 | magic         | format        | created                       |
 *      +---------------+---------------+-------------------------------+
 *   16 | slots: LeaseSlot[8]                                           |
 *      ~                                                               ~
 *      +---------------------------------------------------------------+
 * ```
 */

import { draw, type Piece, type Row } from './drawing'
import type { Field } from './field'
import type { AnyLayout } from './layout'

/** A field, or bytes between fields that nobody uses. */
interface Run {
  readonly start: number
  readonly end: number
  /** What it could be called, the best first. */
  readonly labels: readonly string[]
}

/** Columns of one byte, by bytes of a row: the narrow rows have more room for names. */
const BYTE_COLUMNS = { 16: 4, 8: 8 } as const
type RowLength = keyof typeof BYTE_COLUMNS

/** A drawing in ASCII of up to about 75 columns; all but the first row of a long field is left out. */
export function diagram(layout: AnyLayout): string {
  const runs = runsOf(layout)
  const rowLength = fits(runs, 16) ? 16 : 8
  return draw(labelled(rowsOf(runs, layout.byteLength, rowLength), runs), rowLength, BYTE_COLUMNS[rowLength])
}

function runsOf({ fields, byteLength }: AnyLayout): readonly Run[] {
  return fields.flatMap(({ name, offset, field }, i) => {
    const start = offset + field.byteLength
    const end = fields[i + 1]?.offset ?? byteLength
    const run = { start: offset, end: start, labels: labelsOf(name, field) }
    return end === start ? [run] : [run, { start, end, labels: ['unused', ''] }]
  })
}

function labelsOf(name: string, field: Field): string[] {
  const composed = field.kind.name === 'array' || field.kind.name === 'bytes' || field.kind.name === 'layout'
  return composed ? [`${name}: ${field}`, name] : [name]
}

/** Whether every run can carry its shortest label. */
function fits(runs: readonly Run[], rowLength: RowLength): boolean {
  const columns = BYTE_COLUMNS[rowLength]
  return runs.every(({ start, end, labels }) => {
    const inFirstRow = Math.min(end, start - (start % rowLength) + rowLength) - start
    const widest = Math.max(inFirstRow, Math.min(end - start - inFirstRow, rowLength))
    return room(widest * columns) >= labels.at(-1)!.length
  })
}

function room(columns: number): number {
  return columns - 3
}

/** Cuts runs into rows. Two rows or more that one run fills become an elided row, behind the one that has its name. */
function rowsOf(runs: readonly Run[], byteLength: number, rowLength: RowLength): Row[] {
  const columns = BYTE_COLUMNS[rowLength]
  const rows: Row[] = []
  for (let offset = 0; offset < byteLength; offset += rowLength) {
    const end = Math.min(offset + rowLength, byteLength)
    const pieces = runs
      .map((run, id) => ({ id, from: Math.max(run.start, offset), to: Math.min(run.end, end) }))
      .filter(({ from, to }) => from < to)
      .map(({ id, from, to }): Piece => ({ run: id, from: (from - offset) * columns, to: (to - offset) * columns, label: '' }))
    const run = runs[pieces[0]!.run]!
    const lastFull = run.end - (run.end % rowLength) - rowLength
    const elided = pieces.length === 1 && lastFull > offset
    const named = room((offset - run.start) * columns) >= run.labels.at(-1)!.length
    if (!elided || !named) rows.push({ offset, pieces, elided: false })
    if (!elided) continue
    rows.push({ offset, pieces, elided })
    offset = lastFull
  }
  return rows
}

/** Writes each run's label into the first of its pieces that has room for it, or cuts it to fit the widest. */
function labelled(rows: readonly Row[], runs: readonly Run[]): Row[] {
  const labels = new Map<Piece, string>()
  for (const [id, { labels: choices }] of runs.entries()) {
    const pieces = rows.filter(({ elided }) => !elided).flatMap((row) => row.pieces.filter(({ run }) => run === id))
    const widest = pieces.reduce((best, piece) => (piece.to - piece.from > best.to - best.from ? piece : best))
    const space = room(widest.to - widest.from)
    const label = choices.find(({ length }) => length <= space) ?? `${choices.at(-1)!.slice(0, Math.max(space - 1, 0))}~`
    labels.set(pieces.find(({ from, to }) => label.length <= room(to - from)) ?? widest, label)
  }
  return rows.map((row) => ({
    ...row,
    pieces: row.pieces.map((piece) => ({ ...piece, label: row.elided ? '' : (labels.get(piece) ?? '') })),
  }))
}
