import {
  closeSync,
  constants as fs,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { SharingError, systemError, typeError } from '../errors'
import { describe } from '../memory/bounds'
import { binding } from '../native/binding'

const WORLD_WRITABLE = 0o002
const EISDIR = 21
const ENODEV = 19

// statfs(2) and the headers it names. What several machines write, or what a program behind the kernel answers
// for, is not one memory; on overlayfs a file that is written to for the first time becomes another file.
const REFUSED: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4266872130: 'SMB2',
  4283649346: 'CIFS',
  16914839: '9P',
  1702057286: 'FUSE',
  12805120: 'Ceph',
  1397113167: 'AFS',
  1799439955: 'AFS',
  2035054128: 'overlayfs',
}

/** Named shared memory lives here, as POSIX shared memory does. */
const SHARED_MEMORY = '/dev/shm'
const PREFIX = 'mmap-io.'
const SCHEME = 'memory://'

/** The file behind `path`, which may be `memory://name`. */
export function pathOf(target: string): string {
  if (typeof target !== 'string') throw typeError('ERR_INVALID_ARG_TYPE', `path must be a string, not ${describe(target)}`)
  if (!target.startsWith(SCHEME)) return target
  const name = target.slice(SCHEME.length)
  if (name === '') throw typeError('ERR_INVALID_ARG_VALUE', 'memory:// needs a name behind it')
  return join(SHARED_MEMORY, PREFIX + encodeURIComponent(name))
}

/** A file that is, or is to become, a region. Its descriptor is this object's until {@link close}. */
export class RegionFile {
  readonly path: string
  #fd: number

  private constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
    try {
      this.#check()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /**
   * Opens what there is, or (`'rw'`) creates it, with these permissions. Through no symbolic link where everybody may make one.
   * @throws what `open` refuses, and {@link SharingError} `ERR_FILE_SYSTEM`
   */
  static open(path: string, mode: 'ro' | 'rw', permissions: number): RegionFile {
    return new RegionFile(path, openSync(path, flags(path, mode) | (mode === 'rw' ? fs.O_CREAT : 0), permissions))
  }

  /** As {@link open}, of what there is. Undefined when there is none. */
  static existing(path: string, mode: 'ro' | 'rw'): RegionFile | undefined {
    let fd: number
    try {
      fd = openSync(path, flags(path, mode))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    return new RegionFile(path, fd)
  }

  get fd(): number {
    return this.#fd
  }

  #check(): void {
    const stat = fstatSync(this.#fd)
    if (!stat.isFile()) throw systemError(stat.isDirectory() ? EISDIR : ENODEV, 'open', this.path)
    const type = binding.fileSystemType(this.fd)
    const name = REFUSED[type]
    if (name === undefined) return
    const remedy = 'use a file system of this machine, a volume, /dev/shm, or memory://name'
    throw new SharingError('ERR_FILE_SYSTEM', `${this.path} is on ${name}, where processes may not see each other's changes: ${remedy}`)
  }

  /** Bytes. */
  get length(): number {
    return fstatSync(this.#fd).size
  }

  /** Whether the path still leads to this file. */
  isCurrent(): boolean {
    const named: Stats | undefined = statSync(this.path, { throwIfNoEntry: false })
    const own = fstatSync(this.#fd)
    return named !== undefined && named.ino === own.ino && named.dev === own.dev
  }

  /** The first bytes; fewer where there are fewer. */
  read(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(this.fd, bytes, 0, length, 0))
  }

  /** Writes the first bytes, at once. */
  write(bytes: Buffer): void {
    writeSync(this.fd, bytes, 0, bytes.length, 0)
  }

  empty(): void {
    ftruncateSync(this.fd, 0)
  }

  /** Does nothing the second time: by then the number may be another file's. */
  close(): void {
    const fd = this.#fd
    this.#fd = -1
    if (fd !== -1) closeSync(fd)
  }
}

// In a directory that everybody may write to, a symbolic link could be another user's, and name any file.
function flags(path: string, mode: 'ro' | 'rw'): number {
  const directory = lstatSync(dirname(path), { throwIfNoEntry: false })
  const shared = directory !== undefined && (directory.mode & WORLD_WRITABLE) !== 0
  const access = mode === 'ro' ? fs.O_RDONLY : fs.O_RDWR
  return access | fs.O_NONBLOCK | (shared ? fs.O_NOFOLLOW : 0)
}
