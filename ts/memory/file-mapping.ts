import { MappingError, rangeError, typeError } from '../errors'
import { binding } from '../native/binding'
import { checkCount } from './bounds'
import type { FileMode, OpenedFile } from './file-target'
import type { Settings } from './mapped-file-options'
import { failure, Mapping, succeed } from './mapping'
import { PAGE_SIZE, pageCeil, pageFloor } from './page'
import { Windows } from './windows'

const DEFAULT_MAX_SIZE = 2 ** 32
const ENOMEM = 12

const { PROT_READ, PROT_WRITE, MAP_SHARED, MAP_PRIVATE, MAP_NORESERVE, MAP_POPULATE, MADV_HUGEPAGE } = binding.constants

const PROTECTION: Record<FileMode, number> = {
  r: PROT_READ,
  'r+': PROT_READ | PROT_WRITE,
  'w+': PROT_READ | PROT_WRITE,
  copy: PROT_READ | PROT_WRITE,
}

/**
 * A file and the address space it is mapped into. The address space is taken once, up to `maxSize`; the file's
 * pages come and go below that, so that a view made once stays where it is.
 *
 *     file      |<-- offset -->|<------- length ------->| end of file
 *     mapping         |<-lead->|<------- length ------->|<-- zeros or nothing -->|
 *                     page                                                 maxSize
 */
export class FileMapping {
  readonly mapping: Mapping
  readonly windows: Windows
  /** Bytes from the mapping's start, which is a page's, to `offset` in the file. */
  readonly lead: number
  readonly path: string | undefined
  /** The largest size that {@link resize} gives the file. */
  readonly maxSize: number
  readonly #settings: Settings
  /** Bytes of the file up to the mapping's end. */
  #size = 0
  /** Bytes of the mapping that pages of the file lie under. */
  #placed = 0

  /** Maps the file; empties it (`'w+'`) and grows it to `size` only when all else is settled. Nothing stays mapped when that fails. */
  constructor(file: OpenedFile, settings: Settings) {
    const size = Math.max(settings.size ?? 0, settings.mode === 'w+' ? 0 : file.size)
    checkWindow(settings, size)
    const end = settings.length === undefined ? size : settings.offset + settings.length
    const { mapping, maxSize } = reserve(file, settings, roomFor(settings, end))
    this.mapping = mapping
    this.windows = new Windows(mapping)
    this.lead = settings.offset - pageFloor(settings.offset)
    this.path = file.path
    this.maxSize = maxSize
    this.#settings = settings

    const fd = mapping.descriptor
    try {
      if (settings.mode === 'w+') succeed(binding.truncate(fd, 0), 'ftruncate', file.path)
      if (settings.size !== undefined) extend(fd, size, settings.sparse, file.path)
      this.#place(end)
    } catch (error) {
      mapping.close()
      throw error
    }
  }

  /** Bytes of the file that are mapped. */
  get length(): number {
    return this.#size - this.#settings.offset
  }

  get size(): number {
    return this.#size
  }

  /**
   * Gives the file, and the mapping, another size; without one, the mapping follows the file's present size.
   * Blocks are allocated before the mapping reaches them; pages leave the mapping before the file loses them.
   * A file that somebody else made longer meanwhile is not cut by growth.
   */
  resize(size: number | undefined): void {
    const { mode, offset, sparse } = this.#settings
    if (!isResizable(this.#settings))
      throw typeError('ERR_NOT_RESIZABLE', 'a mapping of fixed length, or of a private copy, cannot be resized')
    succeed(this.mapping.condition, 'mmap', this.path)
    const fd = this.mapping.descriptor
    const before = this.#size
    const current = sizeOf(fd, this.path)
    const target = size === undefined ? Math.min(current, this.maxSize) : checkCount('size', size, this.maxSize)
    if (target < offset) throw rangeError('ERR_OUT_OF_RANGE', `size ${target} ends before the mapping begins, at ${offset}`)
    if (target > current && mode === 'r')
      throw rangeError('ERR_OUT_OF_RANGE', `size ${target} is past the end of the file, ${current}, and the mapping is read-only`)
    if (target > current) extend(fd, target, sparse, this.path)
    this.#place(target)
    if (mode === 'r' || target >= before || target >= current) return
    const outcome = binding.truncate(fd, target)
    if (outcome === 0) return
    this.#place(before)
    throw failure(outcome, 'ftruncate', this.path)
  }

  /** Puts the file's pages under the mapping up to `size`, and zeros that no file backs over those behind it. */
  #place(size: number): void {
    const { mode, offset, populate } = this.#settings
    const end = pageCeil(this.lead + size - offset)
    if (end > this.#placed) {
      const flags = (mode === 'copy' ? MAP_PRIVATE | MAP_NORESERVE : MAP_SHARED) | (populate ? MAP_POPULATE : 0)
      const from = pageFloor(offset) + this.#placed
      const { id, descriptor } = this.mapping
      succeed(binding.place(id, this.#placed, end - this.#placed, PROTECTION[mode], flags, descriptor, from), 'mmap', this.path)
      this.#advise(this.#placed, end - this.#placed)
    } else if (end < this.#placed) {
      succeed(binding.cover(this.mapping.id, end, this.#placed - end), 'mmap', this.path)
    }
    this.#placed = end
    this.#size = size
    this.windows.resize(this.lead + size - offset)
  }

  #advise(at: number, length: number): void {
    const { advice, hugePages } = this.#settings
    if (hugePages) succeed(binding.advise(this.mapping.id, at, length, MADV_HUGEPAGE), 'madvise', this.path)
    if (advice !== undefined) succeed(binding.advise(this.mapping.id, at, length, advice), 'madvise', this.path)
  }
}

/** Sizes to take address space for, best first. Room for growth that nobody asked for is not worth an error, nor others' lack of it. */
function roomFor(settings: Settings, end: number): number[] {
  if (settings.maxSize !== undefined) return [settings.maxSize]
  if (!isResizable(settings) || binding.addressSpaceIsLimited()) return [end]
  return [Math.max(end, DEFAULT_MAX_SIZE), end]
}

function isResizable({ mode, length }: Settings): boolean {
  return mode !== 'copy' && length === undefined
}

/** Address space of the first size that can be had. */
function reserve(file: OpenedFile, settings: Settings, sizes: readonly number[]): { mapping: Mapping; maxSize: number } {
  let refused = 0
  for (const maxSize of sizes) {
    const length = Math.max(PAGE_SIZE, pageCeil(maxSize - pageFloor(settings.offset)))
    const mapping = Mapping.reserve({ length, protection: PROTECTION[settings.mode], shared: settings.shared }, file.fd)
    if (mapping instanceof Mapping) return { mapping, maxSize }
    refused = mapping
    if (refused !== -ENOMEM) break
  }
  if (refused !== -ENOMEM) throw failure(refused, 'mmap', file.path)
  throw new MappingError(
    'ERR_ADDRESS_SPACE',
    `there is no address space for ${sizes.at(-1)} bytes (maxSize, or the limit of \`ulimit -v\`)`,
  )
}

function extend(fd: number, size: number, sparse: boolean, path: string | undefined): void {
  succeed(binding.extend(fd, size, sparse), 'fallocate', path)
}

// By the addon, as descriptors made there are not known to the `fs` of every runtime (Deno).
function sizeOf(fd: number, path: string | undefined): number {
  const size = binding.fileSize(fd)
  if (size < 0) throw failure(size, 'fstat', path)
  return size
}

function checkWindow({ offset, length, maxSize }: Settings, size: number): void {
  if (offset > size) throw rangeError('ERR_OUT_OF_RANGE', `offset ${offset} is past the end of the file, ${size}`)
  if (length !== undefined && length > size - offset)
    throw rangeError('ERR_OUT_OF_RANGE', `length ${length} at offset ${offset} ends past the end of the file, ${size}`)
  if (maxSize !== undefined && maxSize < size)
    throw rangeError('ERR_OUT_OF_RANGE', `maxSize ${maxSize} is less than the file's size, ${size}`)
}
