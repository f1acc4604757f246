/**
 * The ES-module face of the package: the same objects under the same names.
 *
 * @packageDocumentation
 */

import mmap from './index.js'

export default mmap

export const { MappedFile, MappingError, SystemError, constants } = mmap
export const { map, mapShared, unmap, advise, incore, residency, sync, syncAsync, prefetch, protect } = mmap
export const { lock, unlock, cacheStat, supports } = mmap

export type Advice = mmap.Advice
export type CacheStat = mmap.CacheStat
export type Constants = mmap.Constants
export type Everything = mmap.Everything
export type Fault = mmap.Fault
export type FileFault = mmap.FileFault
export type FileMode = mmap.FileMode
export type FileTarget = mmap.FileTarget
export type MappedFile = mmap.MappedFile
export type MappedFileOptions = mmap.MappedFileOptions
export type MappedMemory = mmap.MappedMemory
export type MappingError = mmap.MappingError
export type MappingErrorCode = mmap.MappingErrorCode
export type MisuseCode = mmap.MisuseCode
export type RangeOptions = mmap.RangeOptions
export type SystemError = mmap.SystemError
export type ViewType<View> = mmap.ViewType<View>
