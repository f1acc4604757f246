/**
 * Files mapped into JavaScript. What `require('mmap-io')` returns, and `import mmap from 'mmap-io'`, holds
 * the raw functions, their constants, and the nouns; the functions and nouns are named exports as well.
 *
 * @packageDocumentation
 */

import type * as errors from './errors'
import { MappingError as MappingErrorClass, SystemError as SystemErrorClass } from './errors'
import type * as advice from './memory/advice'
import type * as faults from './memory/faults'
import type * as target from './memory/file-target'
import type * as file from './memory/mapped-file'
import { MappedFile as MappedFileClass } from './memory/mapped-file'
import type * as options from './memory/mapped-file-options'
import type * as view from './memory/view-type'
import type * as raw from './raw'
import { constants, defineRaw } from './raw'

const nouns = {
  MappedFile: MappedFileClass,
  MappingError: MappingErrorClass,
  SystemError: SystemErrorClass,
  constants,
}

const mmap: mmap.Everything = Object.defineProperties(defineRaw(nouns), {
  // For compilers that turn `import mmap from 'mmap-io'` into require('mmap-io').default.
  __esModule: { value: true },
  default: { value: nouns },
}) as mmap.Everything

declare namespace mmap {
  type Everything = raw.Raw & typeof nouns & { readonly default: Everything }

  type Advice = advice.Advice
  type CacheStat = raw.CacheStat
  type Constants = raw.Constants
  type Fault = faults.Fault
  type FileFault = file.FileFault
  type FileMode = target.FileMode
  type FileTarget = target.FileTarget
  type MappedFile = file.MappedFile
  type MappedFileOptions = options.MappedFileOptions
  type MappedMemory = raw.MappedMemory
  type MappingError = errors.MappingError
  type MappingErrorCode = errors.MappingErrorCode
  type MisuseCode = errors.MisuseCode
  type RangeOptions = file.RangeOptions
  type SystemError = errors.SystemError
  type ViewType<View> = view.ViewType<View>
}

export = mmap
