/**
 * The canonical text of a layout, and its hash.
 *
 * ```
 * layout = name "{" field *( ";" field ) "}" byteLength
 * field  = name ":" kind "@" offset
 * kind   = "u8" | "u16" | "u32" | "i32" | "u64" | "f64" | "bytes[" byteLength "]"
 *        | "bits(" name ":" shift "+" width *( "," … ) ")"
 *        | kind "[" count "*" stride "]"
 *        | layout
 * ```
 *
 * Two layouts have one text exactly when the same bytes have the same names and meanings in both. What a field is
 * described as, and why it stands where it stands (`line`, `aligned`), is no part of it.
 */

import type { Field } from './field'
import type { PlacedField } from './layout'

export function canonicalText(name: string, fields: readonly PlacedField[], byteLength: number): string {
  return `${name}{${fields.map(({ name, offset, field }) => `${name}:${canonicalKind(field)}@${offset}`).join(';')}}${byteLength}`
}

function canonicalKind({ kind, byteLength }: Field): string {
  switch (kind.name) {
    case 'bytes':
      return `bytes[${byteLength}]`
    case 'bits':
      return `bits(${kind.ranges.map(({ name, shift, width }) => `${name}:${shift}+${width}`).join(',')})`
    case 'array':
      return `${canonicalKind(kind.of)}[${kind.count}*${kind.stride}]`
    case 'layout':
      return kind.layout.canonical
    default:
      return kind.name
  }
}

/** FNV-1a, 32 bits, over a text of ASCII characters. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
