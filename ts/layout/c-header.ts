/**
 * Writes layouts as a header for programs in C11 and C++17: a struct for each, and every number as a macro.
 *
 * Unused bytes are members of the structs, so that no compiler has anything to align, and every offset is asserted.
 */

import { maskOf } from './bits'
import { macroName, snakeCase } from './c-names'
import type { Field, NumberName } from './field'
import type { AnyLayout, PlacedField } from './layout'

const TYPES: Record<NumberName | 'bits' | 'bytes', string> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  u32: 'uint32_t',
  i32: 'int32_t',
  u64: 'uint64_t',
  f64: 'double',
  bits: 'uint32_t',
  bytes: 'uint8_t',
}

const HEAD = `/* Formats of mmap-io, for C11 and C++17. Generated from the same layouts as the package itself: do not edit.
 *
 * All numbers are little-endian. Sizes and offsets are in bytes. A program that finds another fingerprint in a file
 * than the one here must leave that file alone.
 */
#ifndef MMAP_IO_H
#define MMAP_IO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "mmap-io shares memory between little-endian programs only"
#endif

#ifdef __cplusplus
#define MMAP_IO_ASSERT(condition) static_assert(condition, #condition)
#else
#define MMAP_IO_ASSERT(condition) _Static_assert(condition, #condition)
#endif`

const FOOT = '#endif /* MMAP_IO_H */\n'

/** The header with these layouts, and with those inside them. */
export function cHeader(layouts: readonly AnyLayout[]): string {
  return [HEAD, ...inOrder(layouts).map(sectionOf), FOOT].join('\n\n')
}

/** Each layout once, behind those that it contains. */
function inOrder(layouts: readonly AnyLayout[]): readonly AnyLayout[] {
  const byName = new Map<string, AnyLayout>()
  const visit = (layout: AnyLayout) => {
    for (const { field } of layout.fields) layoutsIn(field).forEach(visit)
    const { canonical } = byName.get(layout.name) ?? layout
    if (canonical !== layout.canonical) throw new Error(`two layouts have the name ${layout.name}`)
    byName.set(layout.name, layout)
  }
  layouts.forEach(visit)
  return [...byName.values()]
}

function layoutsIn({ kind }: Field): AnyLayout[] {
  if (kind.name === 'array') return layoutsIn(kind.of)
  return kind.name === 'layout' ? [kind.layout] : []
}

function sectionOf(layout: AnyLayout): string {
  const { name, byteLength, fingerprint } = layout
  return [
    `/* ---- ${name} ${'-'.repeat(Math.max(3, 100 - name.length))} */`,
    `#define ${macroName(name)}_FINGERPRINT UINT32_C(0x${fingerprint.toString(16).padStart(8, '0')})\n#define ${macroName(name)}_LENGTH ${byteLength}`,
    layout.fields.flatMap((field) => macrosOf(layout, field)).join('\n'),
    structOf(layout),
    assertionsOf(layout).join('\n'),
  ].join('\n\n')
}

function macrosOf(layout: AnyLayout, { name, offset, field }: PlacedField): string[] {
  const macro = macroName(layout.name, name)
  const word = field.kind.name === 'array' ? field.kind.of.kind : field.kind
  const ranges = word.name === 'bits' ? word.ranges : []
  return [
    `#define ${macro}_OFFSET ${offset}`,
    ...(field.kind.name === 'array' ? [`#define ${macro}_COUNT ${field.kind.count}`] : []),
    ...ranges.flatMap((range) => [
      `#define ${macroName(layout.name, name, range.name)}_SHIFT ${range.shift}`,
      `#define ${macroName(layout.name, name, range.name)}_MASK UINT32_C(0x${maskOf(range).toString(16)})`,
    ]),
  ]
}

function structOf({ name, fields, byteLength }: AnyLayout): string {
  const members = fields.flatMap(({ name, offset, field }, i) => {
    const comment = field.meaning === '' ? '' : ` /* ${field.meaning.replaceAll('*/', '* /')} */`
    const end = offset + field.byteLength
    return [`${memberOf(field, snakeCase(name))};${comment}`, ...unused((fields[i + 1]?.offset ?? byteLength) - end, `unused_${end}`)]
  })
  return `struct mmap_io_${snakeCase(name)} {\n${members.map((member) => `  ${member}\n`).join('')}};`
}

function memberOf({ kind, byteLength }: Field, declarator: string): string {
  switch (kind.name) {
    case 'bytes':
      return `${TYPES.bytes} ${declarator}[${byteLength}]`
    case 'layout':
      return `struct mmap_io_${snakeCase(kind.layout.name)} ${declarator}`
    case 'array':
      return arrayOf(kind.of, kind.stride, `${declarator}[${kind.count}]`)
    default:
      return `${TYPES[kind.name]} ${declarator}`
  }
}

/** Elements that stand apart are structs of their own. */
function arrayOf(of: Field, stride: number, declarator: string): string {
  const gap = unused(stride - of.byteLength, 'unused')
  return gap.length === 0 ? memberOf(of, declarator) : `struct { ${memberOf(of, 'value')}; ${gap.join(' ')} } ${declarator}`
}

function unused(length: number, name: string): string[] {
  return length === 0 ? [] : [`uint8_t ${name}[${length}];`]
}

function assertionsOf({ name, fields }: AnyLayout): string[] {
  const struct = `struct mmap_io_${snakeCase(name)}`
  return [
    ...fields.map((field) => `MMAP_IO_ASSERT(offsetof(${struct}, ${snakeCase(field.name)}) == ${macroName(name, field.name)}_OFFSET);`),
    `MMAP_IO_ASSERT(sizeof(${struct}) == ${macroName(name)}_LENGTH);`,
  ]
}
