import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { HEADER_LAYOUTS } from '../../ts/formats'
import { cHeader } from '../../ts/layout/c-header'
import { aligned, array, bytes, layout, line, u8, u32, words } from '../../ts/layout/layout'
import { read } from '../../ts/layout/read'
import { Specimen } from '../../ts/layout/specimen'
import { pattern, tempDirectory } from '../support/temp'

const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Werror']
const LANGUAGES = [
  ['C++17', 'g++', ['-x', 'c++', '-std=c++17']],
  ['C11', 'gcc', ['-x', 'c', '-std=c11']],
] as const

const hasCompilers = LANGUAGES.every(([, compiler]) => spawnSync(compiler, ['--version']).status === 0)
const testCompiled = hasCompilers ? test : test.skip

/** Fields that stand apart, and names that C or C++ use for something else. */
const Awkward = layout('Awkward', {
  new: u8,
  default: array(array(line(u32), 2), 3),
  register: array(aligned(16, words(3)), 2),
  createdAt: array(aligned(8, array(bytes(3), 2)), 2).is('ends */ early'),
})

/** Compiles a program against the header, and returns it or what the compiler says. */
function compiled(compiler: string, options: readonly string[], header: string, program: string): { path: string; complaints: string } {
  const directory = tempDirectory()
  writeFileSync(join(directory, 'mmap-io.h'), header)
  writeFileSync(join(directory, 'program.c'), `#include "mmap-io.h"\n${program}`)
  const { stderr } = spawnSync(compiler, [...options, ...WARNINGS, 'program.c', '-o', 'program'], { cwd: directory, encoding: 'utf8' })
  return { path: join(directory, 'program'), complaints: stderr }
}

/** Reads a Specimen from standard input, and says what it has found. */
const READER = `
#include <stdio.h>
int main(void) {
  struct mmap_io_specimen it;
  if (fread(&it, 1, sizeof it, stdin) != MMAP_IO_SPECIMEN_LENGTH) return 1;
  uint32_t slot = (it.owner & MMAP_IO_SPECIMEN_OWNER_SLOT_MASK) >> MMAP_IO_SPECIMEN_OWNER_SLOT_SHIFT;
  printf("%u %u %llu %u %u %u %d %u\\n", (unsigned)it.magic, (unsigned)it.version, (unsigned long long)it.created, (unsigned)it.weights[2],
    (unsigned)slot, (unsigned)it.tail, (int)it.pairs[MMAP_IO_SPECIMEN_PAIRS_COUNT - 1].value, (unsigned)it.large[99]);
  printf("%d %d %u\\n", MMAP_IO_SPECIMEN_TAIL_OFFSET, MMAP_IO_SPECIMEN_PAIRS_OFFSET, (unsigned)MMAP_IO_SPECIMEN_FINGERPRINT);
  return 0;
}
`

describe.each(LANGUAGES)('a program in %s', (_, compiler, options) => {
  testCompiled('reads what we read', () => {
    const { path, complaints } = compiled(compiler, options, cHeader([Specimen]), READER)
    expect(complaints).toBe('')
    const bytes = pattern(Specimen.byteLength)
    const { magic, version, created, weights, owner, tail, pairs, large } = read(Specimen, bytes)
    const found = spawnSync(path, { input: bytes, encoding: 'utf8' }).stdout.split('\n')
    expect(found[0]).toBe([magic, version, created, weights[2], owner.slot, tail, pairs[11]!.value, large[99]].join(' '))
    expect(found[1]).toBe([Specimen.offset.tail, Specimen.offset.pairs, Specimen.fingerprint].join(' '))
  })

  testCompiled.each([['-m64'], ['-m32']])('finds every offset asserted, with %s', (width) => {
    const header = cHeader([...HEADER_LAYOUTS, Specimen, Awkward])
    expect(compiled(compiler, [...options, width, '-ffreestanding', '-fsyntax-only'], header, '').complaints).toBe('')
  })

  testCompiled('cannot be built when an offset is another', () => {
    const header = cHeader([Specimen]).replace('SPECIMEN_TAIL_OFFSET 128', 'SPECIMEN_TAIL_OFFSET 132')
    expect(compiled(compiler, options, header, 'int main(void) { return 0; }').complaints).toMatch(/static.assert.*\btail\b/)
  })
})

describe('cHeader', () => {
  test('writes a layout once, behind those that it contains', () => {
    const Inner = layout('Inner', { a: u8 })
    const Outer = layout('Outer', { one: Inner, many: array(Inner, 2) })
    const structs = [...cHeader([Outer, Inner, Outer]).matchAll(/^struct (\w+) \{/gm)].map(([, name]) => name)
    expect(structs).toEqual(['mmap_io_inner', 'mmap_io_outer'])
  })

  test('refuses two layouts of one name', () => {
    const layouts = [layout('Same', { a: u8 }), layout('Same', { a: u32 })]
    expect(() => cHeader(layouts)).toThrow('two layouts have the name Same')
  })

  test('gives words that C or C++ reserve a name of their own, and cannot be left by a description', () => {
    const header = cHeader([Awkward])
    expect(header).toContain('uint8_t new_;')
    expect(header).toContain('/* ends * / early */')
  })
})
