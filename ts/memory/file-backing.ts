import { MappingError } from '../errors'
import { binding, type MappingId, type Outcome } from '../native/binding'
import { type Backing, PANE_LENGTH, type Pane } from './backing'
import { type ByteLocks, FileLocks } from './byte-locks'
import { listen, unlisten } from './faults'
import { failure, Mapping, succeed } from './mapping'
import { pageCeil, pageFloor } from './page'

const ENOMEM = 12
// A signal during a longer call would make the kernel begin it anew.
const STEP = 16 * 2 ** 20

const { PROT_READ, PROT_WRITE, MAP_SHARED, MAP_NORESERVE, MS_SYNC } = binding.constants

/**
 * A file, mapped once over all that it may become. Pages behind its end are there as soon as the file has them:
 * nobody remaps when it grows.
 */
export class FileBacking implements Backing {
  readonly path: string
  readonly writable: boolean
  readonly reach: number
  readonly locks: ByteLocks
  readonly mapping: Mapping
  readonly #panes: Pane[] = []

  /** Takes the open file description over: `fd` itself may be closed afterwards. */
  constructor(fd: number, path: string, writable: boolean, reach: number) {
    this.path = path
    this.writable = writable
    this.reach = reach
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    const mapping = Mapping.reserve({ length: pageCeil(reach), protection, shared: true }, fd)
    if (!(mapping instanceof Mapping)) throw refusal(mapping, reach, path)
    this.mapping = mapping
    this.locks = new FileLocks(mapping.id)
    const outcome = binding.place(mapping.id, 0, pageCeil(reach), protection, MAP_SHARED | MAP_NORESERVE, mapping.descriptor, 0)
    if (outcome === 0) binding.keepStructure(mapping.id)
    else mapping.close()
    succeed(outcome, 'mmap', path)
  }

  get condition(): Outcome {
    return this.mapping.condition
  }

  onFault(listener: (error: Error) => void): void {
    collected.register(this, this.mapping.id)
    listen(this.mapping.id, ({ error }) => listener(error))
  }

  length(): number {
    const size = binding.fileSize(this.mapping.descriptor)
    if (size < 0) throw failure(size, 'fstat', this.path)
    return size
  }

  pane(index: number): Pane {
    const known = this.#panes[index]
    if (known !== undefined) return known
    const at = index * PANE_LENGTH
    const length = Math.min(PANE_LENGTH, this.reach - at)
    const { buffer, byteOffset } = this.mapping.window(at, length)
    const pane = { words: new Int32Array(buffer, byteOffset, length / 4), bytes: Buffer.from(buffer as ArrayBuffer, byteOffset, length) }
    this.#panes[index] = pane
    return pane
  }

  extend(length: number): void {
    this.#check()
    for (let end = this.length(); end < length; ) {
      end = Math.min(length, end + STEP)
      succeed(binding.extend(this.mapping.descriptor, end, false), 'fallocate', this.path)
    }
  }

  extendSparsely(length: number): void {
    this.#check()
    succeed(binding.extend(this.mapping.descriptor, length, true), 'fallocate', this.path)
  }

  allocate(offset: number, length: number): void {
    this.#check()
    for (let at = offset; at < offset + length; at += STEP) {
      const part = Math.min(STEP, offset + length - at)
      succeed(binding.allocate(this.mapping.descriptor, at, part), 'fallocate', this.path)
    }
  }

  punch(offset: number, length: number): void {
    this.#check()
    const start = pageCeil(offset)
    const end = pageFloor(offset + length)
    if (end > start) succeed(binding.punchHole(this.mapping.descriptor, start, end - start), 'fallocate', this.path)
  }

  /** Whose memory was taken away decides by a stale copy; the file is others'. */
  #check(): void {
    succeed(this.condition, 'mmap', this.path)
  }

  sync(offset: number, length: number): void {
    succeed(binding.sync(this.mapping.id, pageFloor(offset), pageCeil(offset + length) - pageFloor(offset), MS_SYNC), 'msync', this.path)
  }

  close(): void {
    unlisten(this.mapping.id)
    this.mapping.close()
  }
}

const collected = new FinalizationRegistry<MappingId>(unlisten)

function refusal(outcome: Outcome, reach: number, path: string): Error {
  if (outcome !== -ENOMEM) return failure(outcome, 'mmap', path)
  return new MappingError('ERR_ADDRESS_SPACE', `there is no address space for ${reach} bytes (maxSize, or the limit of \`ulimit -v\`)`)
}
