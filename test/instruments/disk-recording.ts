import { type Access, observe } from './access'
import { Tracing, type TracingOptions } from './tracing'

export type DiskEvent =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'sync'; readonly at: number; readonly length: number }
  | { readonly kind: 'mark'; readonly value: unknown }

const Bytes = Uint8Array

/** What happened to a mapped file since it was whole on the disk. */
export class DiskRecording {
  /** The bytes at the beginning, all of them durable. */
  readonly image: Uint8Array
  readonly events: DiskEvent[] = []

  constructor(image: Uint8Array) {
    this.image = Bytes.from(image)
  }

  write(at: number, bytes: Uint8Array): void {
    this.#check(at, bytes.length)
    this.events.push({ kind: 'write', at, bytes: Bytes.from(bytes) })
  }

  /** A sync of the range has returned: its bytes, as they are now, are durable. */
  sync(at = 0, length: number = this.image.length - at): void {
    this.#check(at, length)
    this.events.push({ kind: 'sync', at, length })
  }

  /** Something that a crash from here on must respect, such as an acknowledged record. */
  mark(value: unknown): void {
    this.events.push({ kind: 'mark', value })
  }

  #check(at: number, length: number): void {
    const limit = this.image.length
    if (at < 0 || length < 0 || length > limit - at) throw new RangeError(`length ${length} at ${at} ends past ${limit}`)
  }
}

/**
 * Records every store that `body` makes to the memory; its views must be made inside (see `Tracing`). `body` says where it syncs, and
 * what it has acknowledged.
 */
export function recordStores(
  memory: SharedArrayBuffer,
  body: (recording: DiskRecording) => void,
  options: TracingOptions = {},
): DiskRecording {
  const recording = new DiskRecording(new Bytes(memory))
  const tracing = new Tracing(options)
  const after = ({ kind, buffer, at, length }: Access) => {
    if (kind === 'store' && buffer === memory) recording.write(at, new Bytes(memory, at, length))
  }
  try {
    observe({ ahead: () => {}, after })
    body(recording)
  } finally {
    tracing.end()
  }
  return recording
}
