/**
 * Making, opening and destroying regions.
 *
 * (1) Whoever does so holds the region's gate, and looks under it whether the path still leads to this file. So a
 *     region that is open has its opener's byte, or the readers' one, locked before anybody can destroy it.
 * (2) A new file is empty until one write gives it a whole superblock, in state `creating`; `ready` is stored when all
 *     else is done. A maker that dies lets go of the gate, and the next opener makes it anew. A file that has
 *     anything else in it is somebody's, and is refused.
 * (3) What was not closed by its last opener before the system went down may be torn: see `Region.powerWasLost`.
 */

import { unlinkSync } from 'node:fs'
import { PAGE_BYTES } from '../arena/size-class'
import { FormatError, rangeError, SharingError } from '../errors'
import type { Backing } from '../memory/backing'
import { anonymousBuffers, BufferBacking } from '../memory/buffer-backing'
import { FileBacking } from '../memory/file-backing'
import { ByteLock } from '../native/binding'
import { MAX_SLOTS } from '../sync/owner-word'
import { LOCK_BYTES } from '../sync/slots'
import { type RegionFormat, requireFormat } from './format'
import { withinGate } from './gate'
import { anySlotLocked, closeCleanly, makeRegion, mostPagesOf, prepareRegion } from './make-region'
import { Region, type RegionHandle } from './region'
import { pathOf, RegionFile } from './region-file'
import { type RegionOptions, type RegionSettings, regionSettings } from './region-options'
import { BufferSite, FileSite, type Site } from './site'
import { type Geometry, isSuperblock, RegionState, RestState, readGeometry, SUPERBLOCK_BYTES, Superblock, stateOf } from './superblock'

/**
 * Opens the region at a path, or at `memory://name`, and makes it (`'rw'`) where there is none. Blocks while somebody else makes
 * it, and for the disk when it is made.
 * @throws {FormatError} `ERR_NOT_A_REGION`, `ERR_FORMAT_MISMATCH`, `ERR_CORRUPT`, `ERR_NOT_READY`
 * @throws {SharingError} `ERR_TOO_MANY_OPENERS`, `ERR_FILE_SYSTEM`, `ERR_LOCK_TIMEOUT`, and `ERR_REGION_DESTROYED` (`'ro'`)
 * @throws {MappingError} `ERR_ADDRESS_SPACE`
 * @throws {SystemError} what `fallocate` and `mmap` refuse; and Node's own errors, what `open` refuses
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, and {@link RangeError} `ERR_OUT_OF_RANGE`, for options
 */
export function openRegion(path: string, format: RegionFormat, options: RegionOptions = {}): Region {
  return openFile(pathOf(path), format, regionSettings(options), true)
}

/** A new region of this process alone, for its threads; they get it by its handle. @throws as {@link openRegion} */
export function anonymousRegion(format: RegionFormat, options: RegionOptions = {}): Region {
  const settings = regionSettings(options)
  return openBuffers(anonymousBuffers(mostPagesOf(settings.maxSize) * PAGE_BYTES), format, settings)
}

/** Opens, or makes, the region in memory that somebody else made. Its size is that of the buffer, in whole pages. @throws as {@link openRegion} */
export function regionOver(buffer: SharedArrayBuffer, format: RegionFormat, options: RegionOptions = {}): Region {
  if (buffer.byteLength < SUPERBLOCK_BYTES)
    throw rangeError('ERR_OUT_OF_RANGE', `a region needs at least ${SUPERBLOCK_BYTES} bytes, not ${buffer.byteLength}`)
  return openBuffers([buffer], format, regionSettings({ ...options, maxSize: buffer.byteLength }))
}

/** Opens what a handle names; copies nothing. @throws {SharingError} `ERR_REGION_DESTROYED` when the path leads elsewhere by now */
export function reopenRegion(handle: RegionHandle, format: RegionFormat, options: RegionOptions = {}): Region {
  const settings = regionSettings(options)
  const region = 'path' in handle ? openFile(handle.path, format, settings, false) : openBuffers(handle.buffers, format, settings)
  if (region.creation === handle.creation) return region
  region.close()
  throw new SharingError('ERR_REGION_DESTROYED', 'the region that the handle names is gone, and another has its name')
}

/**
 * Removes the file of a region that nobody has open. False when there is none. Blocks while somebody makes or opens it.
 * @throws {SharingError} `ERR_REGION_IN_USE`, `ERR_LOCK_TIMEOUT`, `ERR_FILE_SYSTEM`
 * @throws {FormatError} `ERR_NOT_A_REGION`, `ERR_FORMAT_MISMATCH`, `ERR_CORRUPT`: then the file stays
 */
export function destroyRegion(path: string): boolean {
  const name = pathOf(path)
  const file = RegionFile.existing(name, 'rw')
  if (file === undefined) return false
  const backing = new FileBacking(file.fd, name, true, Math.max(file.length, SUPERBLOCK_BYTES))
  try {
    const site = new FileSite(file, backing)
    return withinGate(backing.locks, ByteLock.EXCLUSIVE, name, () => file.isCurrent() && destroy(site))
  } finally {
    backing.close()
    file.close()
  }
}

function destroy(site: FileSite): boolean {
  const { slots } = readGeometry(site.read(), site.name)
  if (isOpen(site.backing, Math.min(slots, MAX_SLOTS))) throw new SharingError('ERR_REGION_IN_USE', `${site.name} is open`)
  site.publishState(RegionState.DESTROYED)
  unlinkSync(site.name)
  return true
}

function isOpen(backing: Backing, slots: number): boolean {
  return anySlotLocked(backing, slots) || backing.locks.isLocked(LOCK_BYTES.readers)
}

/** What this thread was opening when it was last heard of: a time-out of `vm` may have thrown it out in the middle. */
let opening: (() => void) | undefined

/** Opening is synchronous: what is left of it when the event loop comes round was cut off. */
function closeLeft(): void {
  opening?.()
  opening = undefined
}

function openFile(path: string, format: RegionFormat, settings: RegionSettings, create: boolean): Region {
  closeLeft()
  setImmediate(closeLeft).unref()
  for (;;) {
    const file = create ? RegionFile.open(path, settings.mode, settings.permissions) : RegionFile.existing(path, settings.mode)
    if (file === undefined) throw new SharingError('ERR_REGION_DESTROYED', `${path} is gone`)
    opening = () => file.close()
    try {
      const region = openIfCurrent(file, format, settings, create)
      if (region !== undefined) return region
    } finally {
      file.close()
      opening = undefined
    }
  }
}

/** Undefined when the file, or what it holds, was another one by the time that the gate was open. */
function openIfCurrent(file: RegionFile, format: RegionFormat, settings: RegionSettings, create: boolean): Region | undefined {
  const head = file.read(SUPERBLOCK_BYTES)
  if (isUnmade(head) && !create) throw new SharingError('ERR_REGION_DESTROYED', `${file.path} is another file by now`)
  const pages = isUnmade(head) ? mostPagesOf(settings.maxSize) : geometryFor(format, head, file.path).mostPages
  const backing = new FileBacking(file.fd, file.path, settings.mode === 'rw', pages * PAGE_BYTES)
  opening = () => {
    file.close()
    backing.close()
  }
  const kind = settings.mode === 'rw' ? ByteLock.EXCLUSIVE : ByteLock.SHARED
  return openOrClose(backing, () =>
    withinGate(backing.locks, kind, file.path, () =>
      file.isCurrent() ? openSite(new FileSite(file, backing), format, settings) : undefined,
    ),
  )
}

function openBuffers(buffers: readonly SharedArrayBuffer[], format: RegionFormat, settings: RegionSettings): Region {
  for (;;) {
    const backing = new BufferBacking(buffers)
    const site = new BufferSite(backing)
    const open = () => openSite(site, format, { ...settings, maxSize: backing.reach })
    const region = openOrClose(backing, () => withinGate(backing.locks, ByteLock.EXCLUSIVE, site.name, open))
    if (region !== undefined) return region
  }
}

/** Nobody has the memory when the region was not opened. */
function openOrClose(backing: Backing, open: () => Region | undefined): Region | undefined {
  let region: Region | undefined
  try {
    region = open()
    return region
  } finally {
    if (region === undefined) backing.close()
  }
}

/** Inside the gate. Undefined when what is there has changed, and is to be opened anew. */
function openSite(site: Site, format: RegionFormat, settings: RegionSettings): Region | undefined {
  const head = site.read()
  if (isUnmade(head)) {
    if (settings.mode === 'ro') throw new FormatError('ERR_NOT_READY', `${site.name} was not made yet`)
    if (site.backing.reach !== mostPagesOf(settings.maxSize) * PAGE_BYTES) return undefined
    makeRegion(site, format, settings)
  } else if (isSuperblock(head) && stateOf(head) === RegionState.DESTROYED) {
    if (settings.mode === 'ro') throw new SharingError('ERR_REGION_DESTROYED', `${site.name} was destroyed`)
    site.remove()
    return undefined
  }
  const made = site.read()
  const geometry = geometryFor(format, made, site.name)
  if (stateOf(made) !== RegionState.READY)
    throw new FormatError('ERR_CORRUPT', `${site.name} is in state ${stateOf(made)}, which there is not`)
  if (geometry.mostPages * PAGE_BYTES !== site.backing.reach) {
    if (site.isFixed) throw new FormatError('ERR_CORRUPT', `a region of ${geometry.mostPages} pages in ${site.backing.reach} bytes`)
    return undefined
  }
  prepareRegion(site, format, geometry, settings)
  const torn = site.backing.pane(0).words[Superblock.index.rest] === RestState.TORN
  const discards = settings.mode === 'rw' && settings.afterPowerLoss === 'discard'
  if (torn && discards && !isOpen(site.backing, geometry.slots)) {
    makeRegion(site, format, { ...settings, openers: geometry.slots })
    return undefined
  }
  return new Region(site.backing, geometry, format, settings, (region) => closeCleanly(site.backing, region))
}

function geometryFor(format: RegionFormat, head: Buffer, name: string): Geometry {
  const geometry = readGeometry(head, name)
  requireFormat(format, geometry, name)
  return geometry
}

function isUnmade(head: Buffer): boolean {
  return head.length === 0 || (isSuperblock(head) && stateOf(head) === RegionState.CREATING)
}
