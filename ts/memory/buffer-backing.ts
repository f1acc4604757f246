import { MappingError } from '../errors'
import { binding, type Outcome } from '../native/binding'
import { type Backing, PANE_LENGTH, type Pane } from './backing'
import { type ByteLocks, TableLocks } from './byte-locks'
import { failure, mapBuffer, succeed } from './mapping'
import { originOf } from './origin'
import { pageCeil, pageFloor } from './page'

const { PROT_READ, PROT_WRITE, MAP_SHARED, MAP_ANONYMOUS, MAP_NORESERVE, MADV_REMOVE } = binding.constants
const ENOMEM = 12

/** Memory of this process alone, in buffers of up to {@link PANE_LENGTH} bytes, for its threads. */
export class BufferBacking implements Backing {
  readonly path = undefined
  readonly writable = true
  readonly reach: number
  readonly locks: ByteLocks
  readonly buffers: readonly SharedArrayBuffer[]
  readonly #panes: readonly Pane[]
  #closed = false

  constructor(buffers: readonly SharedArrayBuffer[]) {
    this.buffers = buffers
    this.#panes = buffers.flatMap(panesOf)
    this.reach = pageFloor(buffers.reduce((sum, { byteLength }) => sum + byteLength, 0))
    this.locks = new TableLocks(this.#panes[0]!.bytes)
  }

  get condition(): Outcome {
    return this.#closed ? 1 : 0
  }

  onFault(): void {}

  length(): number {
    return this.reach
  }

  pane(index: number): Pane {
    return this.#panes[index]!
  }

  extend(): void {}

  extendSparsely(): void {}

  allocate(): void {}

  punch(offset: number, length: number): void {
    for (let at = offset, end = offset + length; at < end; ) {
      const start = at % PANE_LENGTH
      const part = Math.min(end - at, PANE_LENGTH - start)
      this.#punchPane(this.#panes[Math.floor(at / PANE_LENGTH)]!, start, part)
      at += part
    }
  }

  #punchPane({ bytes }: Pane, start: number, length: number): void {
    const origin = originOf(bytes.buffer)
    const from = pageCeil(start)
    const to = pageFloor(start + length)
    if (origin === undefined) bytes.fill(0, from, Math.max(from, to))
    else if (to > from) succeed(binding.advise(origin.id, origin.at + from, to - from, MADV_REMOVE), 'madvise')
  }

  sync(): void {}

  close(): void {
    this.#closed = true
    this.locks.drop()
  }
}

/** Memory that counts only where it was touched. */
export function anonymousBuffers(reach: number): SharedArrayBuffer[] {
  const buffers: SharedArrayBuffer[] = []
  for (let at = 0; at < reach; at += PANE_LENGTH) buffers.push(anonymousBuffer(Math.min(PANE_LENGTH, pageCeil(reach - at))))
  return buffers
}

function panesOf(buffer: SharedArrayBuffer): Pane[] {
  const panes: Pane[] = []
  for (let at = 0; at < buffer.byteLength; at += PANE_LENGTH) {
    const length = Math.min(PANE_LENGTH, buffer.byteLength - at)
    panes.push({ words: new Int32Array(buffer, at, length >>> 2), bytes: Buffer.from(buffer as unknown as ArrayBuffer, at, length) })
  }
  return panes
}

function anonymousBuffer(length: number): SharedArrayBuffer {
  const flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
  const buffer = mapBuffer({ length, protection: PROT_READ | PROT_WRITE, shared: true }, flags, -1, 0)
  if (typeof buffer !== 'number') return buffer as SharedArrayBuffer
  if (buffer !== -ENOMEM) throw failure(buffer, 'mmap')
  throw new MappingError('ERR_ADDRESS_SPACE', `there is no address space for ${length} bytes (maxSize, or the limit of \`ulimit -v\`)`)
}
