/* Formats of mmap-io, for C11 and C++17. Generated from the same layouts as the package itself: do not edit.
 *
 * All numbers are little-endian. Sizes and offsets are in bytes. A program that finds another fingerprint in a file
 * than the one here must leave that file alone.
 */
#ifndef MMAP_IO_H
#define MMAP_IO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "mmap-io shares memory between little-endian programs only"
#endif

#ifdef __cplusplus
#define MMAP_IO_ASSERT(condition) static_assert(condition, #condition)
#else
#define MMAP_IO_ASSERT(condition) _Static_assert(condition, #condition)
#endif

#endif /* MMAP_IO_H */
