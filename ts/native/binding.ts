import { loadBinary } from './load'

/**
 * Names one mapping in the whole process; may be posted to other threads.
 * An id that outlived its mapping answers every call with "closed".
 */
export type MappingId = number

/** The names of mman.h that Linux has. */
export type ConstantName =
  | `PROT_${'NONE' | 'READ' | 'WRITE' | 'EXEC' | 'SEM' | 'GROWSDOWN' | 'GROWSUP'}`
  | `MAP_${'SHARED' | 'PRIVATE' | 'SHARED_VALIDATE' | 'TYPE' | 'FILE' | 'FIXED' | 'FIXED_NOREPLACE' | 'ANONYMOUS' | 'ANON' | 'GROWSDOWN' | 'DENYWRITE'}`
  | `MAP_${'EXECUTABLE' | 'LOCKED' | 'NORESERVE' | 'POPULATE' | 'NONBLOCK' | 'STACK' | 'HUGETLB' | 'SYNC' | 'UNINITIALIZED' | '32BIT'}`
  | `MAP_HUGE_${'SHIFT' | 'MASK' | '16KB' | '64KB' | '512KB' | '1MB' | '2MB' | '8MB' | '16MB' | '32MB' | '256MB' | '512MB' | '1GB' | '2GB' | '16GB'}`
  | `MADV_${'NORMAL' | 'RANDOM' | 'SEQUENTIAL' | 'WILLNEED' | 'DONTNEED' | 'FREE' | 'REMOVE' | 'DONTFORK' | 'DOFORK' | 'MERGEABLE' | 'UNMERGEABLE'}`
  | `MADV_${'HUGEPAGE' | 'NOHUGEPAGE' | 'DONTDUMP' | 'DODUMP' | 'WIPEONFORK' | 'KEEPONFORK' | 'COLD' | 'PAGEOUT' | 'POPULATE_READ' | 'POPULATE_WRITE'}`
  | `MADV_${'DONTNEED_LOCKED' | 'COLLAPSE' | 'HWPOISON' | 'SOFT_OFFLINE' | 'GUARD_INSTALL' | 'GUARD_REMOVE'}`
  | `MS_${'ASYNC' | 'SYNC' | 'INVALIDATE'}`
  | `MCL_${'CURRENT' | 'FUTURE' | 'ONFAULT'}`

/** Their values, as the system's headers give them. */
export type Constants = { readonly [Name in ConstantName]: number }

/** 0 on success; a negated errno value; or, above 0, a `Condition` of `src/mapping.h`. */
export type Outcome = number

/** Owns a mapping until it is collected. */
export type Anchor = object

/** Of `src/platform.h`. */
export const ByteLock = { NONE: 0, SHARED: 1, EXCLUSIVE: 2 } as const
export type ByteLock = (typeof ByteLock)[keyof typeof ByteLock]

/** Who hears of changed words in this thread: `src/word_watch.h`. */
export type ListenerId = number

/** One opener of memory that no file backs, among the locks of `src/lock_table.h`. */
export type MemberId = number

/**
 * The calls of the addon (`src/addon_*.cc`): system calls and the lifetime of mappings, nothing else.
 * They trust their arguments; whoever calls them has checked types and bounds.
 * `at` and `length` are bytes from the start of the mapping, and must lie inside it.
 */
export interface Binding {
  /** Of the package that the addon was built in. */
  readonly version: string
  readonly constants: Constants
  readonly pageSize: number

  /** Calls back after a fault, on this thread, without keeping its event loop alive. */
  onFault(callback: (id: MappingId, condition: number, offset: number) => void): boolean

  // These return what keeps the mapping, and write its id into `id[0]`: a worker may be terminated between any two steps.
  map(
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
    shared: boolean,
    id: Float64Array,
  ): ArrayBufferLike | Outcome | undefined
  reserve(length: number, protection: number, fd: number, id: Float64Array): Anchor | Outcome
  adopt(bytes: Uint8Array, protection: number, fd: number, id: Float64Array): Anchor | Outcome
  forget(id: MappingId): void
  place(id: MappingId, at: number, length: number, protection: number, flags: number, fd: number, offset: number): Outcome
  cover(id: MappingId, at: number, length: number): Outcome
  keepStructure(id: MappingId): Outcome
  descriptor(id: MappingId): number

  arrayBuffer(id: MappingId, at: number, length: number): ArrayBuffer | Outcome | undefined
  sharedBuffer(id: MappingId, at: number, length: number): SharedArrayBuffer | Outcome | undefined
  detach(id: MappingId, buffer: ArrayBuffer): boolean
  forbidV8(): void
  find(bytes: Uint8Array): MappingId | 0
  locate(id: MappingId, bytes: Uint8Array): number

  release(id: MappingId): void
  close(id: MappingId): void
  condition(id: MappingId): Outcome
  faultOffset(id: MappingId): number
  count(): number

  advise(id: MappingId, at: number, length: number, advice: number): Outcome
  sync(id: MappingId, at: number, length: number, flags: number): Outcome
  residency(id: MappingId, at: number, length: number, pages: Uint8Array): Outcome
  protect(id: MappingId, at: number, length: number, protection: number): Outcome
  lock(id: MappingId, at: number, length: number, onFault: boolean): Outcome
  unlock(id: MappingId, at: number, length: number): Outcome
  read(id: MappingId, at: number, bytes: Uint8Array): Outcome
  write(id: MappingId, at: number, bytes: Uint8Array): Outcome

  syncAsync(id: MappingId, at: number, length: number, flags: number): Promise<Outcome>
  populateAsync(id: MappingId, at: number, length: number, write: boolean): Promise<Outcome>

  cacheStat(fd: number, offset: number, length: number, pages: Float64Array): Outcome
  extend(fd: number, size: number, sparse: boolean): Outcome
  addressSpaceIsLimited(): boolean
  fileSize(fd: number): number
  truncate(fd: number, size: number): Outcome
  allocate(fd: number, offset: number, length: number): Outcome
  punchHole(fd: number, offset: number, length: number): Outcome
  fileSystemType(fd: number): number
  probeAdvice(advice: number): Outcome

  // `-EAGAIN`: another one's lock conflicts.
  lockByte(id: MappingId, byte: number, kind: ByteLock): Outcome
  testByte(id: MappingId, byte: number, kind: ByteLock): Outcome
  unlockAllBytes(id: MappingId): Outcome
  joinTable(memory: Uint8Array): MemberId
  leaveTable(member: MemberId): void
  lockTableByte(member: MemberId, byte: number, kind: ByteLock): Outcome
  testTableByte(member: MemberId, byte: number, kind: ByteLock): Outcome

  waitOnWord(words: Int32Array, index: number, expected: number, milliseconds: number): Outcome
  wakeWord(words: Int32Array, index: number, count: number): number
  sleep(milliseconds: number): void
  /** Calls back on this thread, with the token of each watch whose word changed. Returns a listener, or 0. */
  onChange(callback: (token: number) => void): ListenerId
  /** `memory` is the number of what `words` are a view of. `announced`: whoever changes the word also wakes those who sleep on it. */
  watchWord(
    listener: ListenerId,
    token: number,
    words: Int32Array,
    index: number,
    memory: number,
    expected: number,
    announced: boolean,
  ): Outcome
  unwatchWord(listener: ListenerId, token: number): boolean
  keepLoopAlive(listener: ListenerId, keep: boolean): void

  /** Writes pid, tid, start time and pid namespace. */
  thisThread(identity: Float64Array): Outcome
  isEnding(pid: number, tid: number, start: number, pidNamespace: number): boolean
}

export const binding: Binding = loadBinary() as Binding

// Electron's memory cage ends the process when V8 is handed memory from outside.
if (process.versions.electron !== undefined) binding.forbidV8()
