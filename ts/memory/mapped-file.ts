import { EventEmitter } from 'node:events'
import { conditionError, type MappingCondition, type MappingError, typeError } from '../errors'
import { binding, type Outcome } from '../native/binding'
import { type Advice, adviceNumber } from './advice'
import { checkCount, checkRange, describe } from './bounds'
import { listen, unlisten } from './faults'
import { FileMapping } from './file-mapping'
import { type FileMode, type FileTarget, openTarget } from './file-target'
import { type MappedFileOptions, settingsOf } from './mapped-file-options'
import { failure } from './mapping'
import { PAGE_SIZE, pagesAround } from './page'
import { populate } from './populate'
import { bytesOf, checkViewType, type ViewType, viewOver } from './view-type'
import { emptyWindow } from './windows'

/** A part of a mapped file: bytes from the mapping's start. Default: all of it. */
export interface RangeOptions {
  readonly offset?: number
  readonly length?: number
}

/** What the event `'fault'` carries. */
export interface FileFault {
  /** What the next call throws. */
  readonly error: MappingError
  /** Bytes from the mapping's start to the access that met the fault. */
  readonly offset: number
}

const EFAULT = 14

// Symbol.dispose came with Node 18.18 and 20; Node's own libraries use these names before that.
const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose')
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')

export interface MappedFile {
  on(event: 'fault', listener: (fault: FileFault) => void): this
  once(event: 'fault', listener: (fault: FileFault) => void): this
  off(event: 'fault', listener: (fault: FileFault) => void): this
}

const unlistenWhenCollected = new FinalizationRegistry<number>(unlisten)

/**
 * A file mapped into memory: read, written and shared as bytes, with nothing copied.
 *
 * Belongs to the thread that opened it; with `shared`, its views can be posted to others. Emits `'fault'`
 * ({@link FileFault}) when an access met a page that is not there any more, in whatever thread; the process goes
 * on, and from then on every call but `close` throws what the event carries. After `close`, every call throws
 * `ERR_MAPPING_CLOSED`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface only names the event's type
export class MappedFile extends EventEmitter {
  readonly mode: FileMode
  /** Where the mapping begins in the file, in bytes. */
  readonly offset: number
  /** Whether views are over a `SharedArrayBuffer`. */
  readonly shared: boolean
  readonly #file: FileMapping
  /** Keeps the mapping until this object is collected. Not a #private member: it makes `postMessage(file)` throw. */
  protected readonly anchor: object

  private constructor(file: FileMapping, mode: FileMode, offset: number, shared: boolean) {
    super()
    this.#file = file
    this.mode = mode
    this.offset = offset
    this.shared = shared
    this.anchor = file.mapping.anchor
    const self = new WeakRef(this)
    listen(file.mapping.id, ({ error, offset: at }) => self.deref()?.emit('fault', { error, offset: at - file.lead }))
    unlistenWhenCollected.register(this, file.mapping.id, this)
  }

  /**
   * Opens and maps a file. Blocks as `open` and `ftruncate` do; touches no data, except with `populate`, and
   * allocates blocks when the file grows. A descriptor or `FileHandle` stays the caller's, who may close it right away.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE` for what does not lie in the file
   * @throws {SystemError} or Node's own: `ENOENT`, `EACCES`, `EBADF`, `ENODEV` (not a regular file), `ENOSPC`, `ELOOP`, …
   * @throws {MappingError} `ERR_ADDRESS_SPACE`; `ERR_SHARED_UNSUPPORTED` in runtimes that offer no way to share
   */
  static open(target: FileTarget, options: MappedFileOptions = {}): MappedFile {
    const settings = settingsOf(options)
    const opened = openTarget(target, settings.mode, settings.permissions)
    try {
      return new MappedFile(new FileMapping(opened, settings), settings.mode, settings.offset, settings.shared)
    } finally {
      opened.release()
    }
  }

  /** Bytes mapped. 0 after `close`. */
  get length(): number {
    return this.closed ? 0 : this.#file.length
  }

  /** The largest size that {@link resize} gives the file, in bytes. */
  get maxSize(): number {
    return this.#file.maxSize
  }

  get closed(): boolean {
    return this.#file.mapping.condition === 1
  }

  /** What every call throws, after a fault. */
  get fault(): MappingError | undefined {
    const { condition } = this.#file.mapping
    return condition > 1 ? conditionError(condition as MappingCondition) : undefined
  }

  /**
   * All mapped bytes, without a copy. After `resize`, ask again: a buffer made before keeps its length.
   * @throws {RangeError} `ERR_BUFFER_TOO_LARGE` past what one buffer can hold: take {@link view}s of parts
   * @throws {MappingError} when closed or after a fault; `ERR_EXTERNAL_BUFFERS_FORBIDDEN` where the runtime allows copies only
   */
  get buffer(): Buffer {
    return this.view(Buffer)
  }

  /**
   * A view over a part, without a copy.
   *
   * @param Type a typed array, `DataView` or `Buffer`
   * @param offset bytes from the mapping's start; `this.offset + offset` must be a multiple of the element's size
   * @param length elements; missing: as many as there are to the end
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`, `ERR_BUFFER_TOO_LARGE`
   * @throws {MappingError} as {@link buffer}
   */
  view<View extends NodeJS.ArrayBufferView>(Type: ViewType<View>, offset = 0, length?: number): View {
    checkViewType(Type)
    this.#check()
    const size = Type.BYTES_PER_ELEMENT ?? 1
    const start = checkCount('offset', offset, this.length)
    const elements = length === undefined ? Math.floor((this.length - start) / size) : checkCount('length', length)
    const range = checkRange(start, elements * size, this.length)
    if ((this.#file.lead + start) % size !== 0) {
      throw typeError(
        'ERR_INVALID_ARG_VALUE',
        `${Type.name} needs a place in the file that is a multiple of ${size}, not ${this.offset + start}: use a DataView, or read()`,
      )
    }
    const window = range.length === 0 ? emptyWindow(this.shared) : this.#file.windows.over(this.#file.lead + start, range.length)
    return viewOver(Type, window, elements)
  }

  /**
   * Copies bytes out, also where the runtime forbids views over mapped memory.
   * @returns how many: less than `target` holds, when the mapping ends before
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE` for an offset past the end
   * @throws {MappingError} when closed, or after a fault, also one met on the way
   */
  read(offset: number, target: NodeJS.ArrayBufferView): number {
    const bytes = bytesOf(target, 'target')
    this.#check()
    const start = checkCount('offset', offset, this.length)
    const part = bytes.subarray(0, Math.min(bytes.length, this.length - start))
    this.#expect(binding.read(this.#file.mapping.id, this.#file.lead + start, part), 'read')
    return part.length
  }

  /**
   * Copies bytes in: all of them, or none when they do not fit. After a fault on the way, a part may have been written.
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`; `ERR_NOT_WRITABLE` in mode `'r'`
   * @throws {RangeError} `ERR_OUT_OF_RANGE` when they do not fit: {@link resize} first
   * @throws {MappingError} when closed, or after a fault, also one met on the way
   */
  write(offset: number, source: NodeJS.ArrayBufferView): void {
    const bytes = bytesOf(source, 'source')
    this.#check()
    if (this.mode === 'r') throw typeError('ERR_NOT_WRITABLE', "the file was opened with mode 'r'")
    const range = checkRange(offset, bytes.length, this.length)
    this.#expect(binding.write(this.#file.mapping.id, this.#file.lead + range.offset, bytes), 'write')
  }

  /**
   * Gives the file another size; the mapping reaches to its end. Views stay valid: pages behind a new, smaller
   * end read zeros, and stores to them go nowhere. Without a size, the mapping follows what others made of the file. Allocates blocks
   * (unless `sparse`), and may block as long as that takes.
   *
   * @param size bytes of the file, from its start
   * @throws {TypeError} `ERR_NOT_RESIZABLE` with a fixed `length`, or in mode `'copy'`
   * @throws {RangeError} `ERR_OUT_OF_RANGE` past `maxSize`, or past the file's end in mode `'r'`
   * @throws {SystemError} `ENOSPC`, `EFBIG`, …: file and mapping are then as before; `ENOMEM` when the kernel has no room to
   *   map more: the file may then be longer
   * @throws {MappingError} when closed or after a fault
   */
  resize(size?: number): void {
    this.#check()
    this.#file.resize(size)
  }

  /**
   * Writes changed pages to the disk, and blocks until it has them.
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {SystemError} `EIO`, …
   * @throws {MappingError} when closed or after a fault
   */
  sync(range: RangeOptions = {}): void {
    const [id, at, length] = this.#pages(range)
    this.#expect(binding.sync(id, at, length, binding.constants.MS_SYNC), 'msync')
  }

  /** As {@link sync}, on a thread of the pool. Resolves when the disk has the pages; rejects as `sync` throws. */
  async syncAsync(range: RangeOptions = {}): Promise<void> {
    const [id, at, length] = this.#pages(range)
    this.#expect(await binding.syncAsync(id, at, length, binding.constants.MS_SYNC), 'msync')
  }

  /**
   * Brings pages into memory on a thread of the pool; with `write`, ready to be stored to.
   * Worth it before a pass that stores to every page: the kernel then meets them by the thousand, not one by one.
   * @throws by rejection, as {@link sync} throws, {MappingError} `ERR_MAPPING_TRUNCATED` included; {SystemError} `ENOMEM`
   */
  async prefetch(range: RangeOptions & { readonly write?: boolean } = {}): Promise<void> {
    const [id, at, length] = this.#pages(range)
    const outcome = await populate(id, at, length, Boolean(range.write))
    // No fault was met, as nothing was touched; but there is no page to bring in.
    if (outcome === -EFAULT) throw conditionError(2)
    this.#expect(outcome, 'madvise')
  }

  /**
   * Says how pages are going to be used. Does not block, but for the advice that the man page says does.
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for an unknown name
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {SystemError} `EINVAL` for advice that the kernel does not know or not for files, …
   * @throws {MappingError} when closed or after a fault
   */
  advise(advice: Advice, range: RangeOptions = {}): void {
    const number = adviceNumber(advice)
    const [id, at, length] = this.#pages(range)
    this.#expect(binding.advise(id, at, length, number), 'madvise')
  }

  /**
   * Which pages are in memory: one byte a page that the range touches, 1 or 0.
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {MappingError} when closed or after a fault
   */
  residency(range: RangeOptions = {}): Uint8Array {
    const [id, at, length] = this.#pages(range)
    const pages = new Uint8Array(length / PAGE_SIZE)
    this.#expect(binding.residency(id, at, length, pages), 'mincore')
    return pages.map((page) => page & 1)
  }

  /**
   * Brings pages into memory and keeps them there, until {@link unlock} or `close`. Blocks until they are in.
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {SystemError} `ENOMEM` or `EPERM` past the limit (`ulimit -l`)
   * @throws {MappingError} when closed or after a fault
   */
  lock(range: RangeOptions = {}): void {
    const [id, at, length] = this.#pages(range)
    this.#expect(binding.lock(id, at, length, false), 'mlock')
  }

  /** Lets the kernel move pages out again. Errors as {@link lock}. */
  unlock(range: RangeOptions = {}): void {
    const [id, at, length] = this.#pages(range)
    this.#expect(binding.unlock(id, at, length), 'munlock')
  }

  /**
   * Unmaps now. Views are empty afterwards; shared ones read zeros. What was written stays in the file;
   * {@link sync} before, if it must survive a power failure. Closing again does nothing.
   */
  close(): void {
    unlisten(this.#file.mapping.id)
    unlistenWhenCollected.unregister(this)
    this.#file.mapping.close()
  }

  [dispose](): void {
    this.close()
  }

  async [asyncDispose](): Promise<void> {
    this.close()
  }

  #pages(range: RangeOptions): [id: number, at: number, length: number] {
    this.#check()
    if (typeof range !== 'object' || range === null)
      throw typeError('ERR_INVALID_ARG_TYPE', `range must be an object, not ${describe(range)}`)
    const { offset, length } = checkRange(range.offset, range.length, this.length)
    const pages = pagesAround({ offset: this.#file.lead + offset, length })
    return [this.#file.mapping.id, pages.offset, length === 0 ? 0 : pages.length]
  }

  #check(): void {
    this.#expect(this.#file.mapping.condition, 'mmap')
  }

  #expect(outcome: Outcome, syscall: string): void {
    if (outcome !== 0) throw failure(outcome, syscall, this.#file.path)
  }
}
