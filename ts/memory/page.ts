import { binding } from '../native/binding'
import type { Range } from './bounds'

/** The kernel's unit of mapping, in bytes. */
export const PAGE_SIZE: number = binding.pageSize

export function pageFloor(offset: number): number {
  return offset - (offset % PAGE_SIZE)
}

export function pageCeil(offset: number): number {
  return pageFloor(offset + PAGE_SIZE - 1)
}

/** The whole pages that touch a range. */
export function pagesAround(range: Range): Range {
  const offset = pageFloor(range.offset)
  return { offset, length: pageCeil(range.offset + range.length) - offset }
}
