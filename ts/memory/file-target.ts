import { closeSync, constants as fs, fstatSync, lstatSync, openSync, type PathLike } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemError, typeError } from '../errors'
import { describe } from './bounds'

/** A path, an open descriptor, or a `FileHandle` of `fs/promises`. */
export type FileTarget = PathLike | number | { readonly fd: number }

/** What a mapped file may do: read; read and write; create or empty, then read and write; write into a private copy. */
export type FileMode = 'r' | 'r+' | 'w+' | 'copy'

export interface OpenedFile {
  readonly fd: number
  readonly path: string | undefined
  /** Bytes. */
  readonly size: number
  /** Closes what was opened here; a descriptor of the caller's stays open. */
  release(): void
}

const ENODEV = 19
const EISDIR = 21
const WORLD_WRITABLE = 0o002

/**
 * Opens the file for a mode; `'w+'` creates it with `permissions`. Nothing in it is changed yet.
 * In a directory that everybody may write to, a symbolic link is not followed when creating: it could be
 * another user's, and name any file.
 */
export function openTarget(target: FileTarget, mode: FileMode, permissions: number): OpenedFile {
  if (typeof target === 'number' || (typeof target === 'object' && target !== null && 'fd' in target)) {
    const fd = typeof target === 'number' ? target : target.fd
    return opened(fd, undefined, () => undefined)
  }
  const path = pathOf(target)
  const fd = openSync(path, openFlags(path, mode), permissions)
  return opened(fd, path.toString(), () => closeSync(fd))
}

function opened(fd: number, path: string | undefined, release: () => void): OpenedFile {
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw systemError(stat.isDirectory() ? EISDIR : ENODEV, 'mmap', path)
    return { fd, path, size: stat.size, release }
  } catch (error) {
    release()
    throw error
  }
}

// A path is bytes: what is no UTF-8 stays a Buffer.
function pathOf(target: PathLike): string | Buffer {
  if (typeof target === 'string' || Buffer.isBuffer(target)) return target
  if (isUrl(target)) return fileURLToPath(target)
  throw typeError('ERR_INVALID_ARG_TYPE', `file must be a path, a file descriptor or a FileHandle, not ${describe(target)}`)
}

// By shape: the URL class differs between realms.
function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value
}

// Without waiting: a named pipe would otherwise wait for its other end, and is then refused anyway.
function openFlags(path: string | Buffer, mode: FileMode): number {
  return fs.O_NONBLOCK | accessFlags(path, mode)
}

function accessFlags(path: string | Buffer, mode: FileMode): number {
  if (mode === 'r' || mode === 'copy') return fs.O_RDONLY
  if (mode === 'r+') return fs.O_RDWR
  const create = fs.O_RDWR | fs.O_CREAT
  const directory = lstatSync(dirname(path.toString('latin1')), { throwIfNoEntry: false })
  return directory !== undefined && (directory.mode & WORLD_WRITABLE) !== 0 ? create | fs.O_NOFOLLOW : create
}
