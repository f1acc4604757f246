/** The fields of a layout as a Markdown table, ranges of bits and all. */

import type { AnyLayout, PlacedField } from './layout'

type Cells = readonly [offset: string | number, length: string | number, kind: string, name: string, meaning: string]

const HEAD: Cells = ['offset', 'length', 'kind', 'name', 'meaning']

export function table(layout: AnyLayout): string {
  const rows = [HEAD, ...layout.fields.flatMap(rowsOf)].map((cells) => cells.map((cell) => String(cell).replaceAll('|', '\\|')))
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]!.length)))
  const toRight = (column: number) => column < 2
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (toRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |`
  const rule = widths.map((width, column) => (toRight(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  const [head, ...body] = rows.map(line)
  return [head, line(rule), ...body].join('\n')
}

function rowsOf({ name, offset, field }: PlacedField): Cells[] {
  const row: Cells = [offset, field.byteLength, `${field}`, `\`${name}\``, field.meaning]
  const word = field.kind.name === 'array' ? field.kind.of.kind : field.kind
  if (word.name !== 'bits') return [row]
  return [row, ...word.ranges.map((range): Cells => ['', '', bitsText(range), `\`${name}.${range.name}\``, range.meaning])]
}

function bitsText({ shift, width }: { shift: number; width: number }): string {
  return width === 1 ? `bit ${shift}` : `bits ${shift} to ${shift + width - 1}`
}
