import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { PNG } from 'pngjs'
import { atTestEnd, tempDirectory } from '../support/temp'

const EXAMPLE = join(__dirname, '..', '..', 'examples', 'game-map')
const HEADER_LENGTH = 4096
const SIZE = 512
const GENERATIONS = 14
const ENDLESS = 1_000_000

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

/** Starts the program in a process group of its own, which is gone when the test ends. */
function start(args: readonly unknown[], program = [join(EXAMPLE, 'index.mjs')]): Running {
  const child = spawn(process.execPath, [...program, ...args.map(String)], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  atTestEnd(() => killGroup(child))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const ended = new Promise<Awaited<Running['ended']>>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }))
  })
  return { child, ended }
}

function play(...args: unknown[]): Running['ended'] {
  return start(args).ended
}

async function simulate(file: string, ...args: unknown[]): Promise<void> {
  const { code, stderr } = await play('simulate', '--file', file, '--size', SIZE, '--generations', GENERATIONS, ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

function startEndless(file: string, ...args: unknown[]): Running {
  return start(['simulate', '--file', file, '--size', SIZE, '--generations', ENDLESS, ...args])
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

/** Ground and life of a world, and its generation: all that two equal worlds have in common. */
function worldIn(file: string): { generation: number; tiles: string } {
  const bytes = readFileSync(file)
  return { generation: bytes.readUInt32LE(16), tiles: createHash('sha256').update(bytes.subarray(HEADER_LENGTH)).digest('hex') }
}

function generationOf(file: string): number {
  const fd = openSync(file, 'r')
  const word = Buffer.alloc(4)
  readSync(fd, word, 0, 4, 16)
  closeSync(fd)
  return word.readUInt32LE()
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isSo(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function reaches(file: string, generation: number): Promise<void> {
  return until(`generation ${generation}`, () => existsSync(file) && generationOf(file) >= generation)
}

/** Processes that work on a file: workers have its path among their arguments, and so has the program. */
function workersOn(file: string): number[] {
  const isWorker = (pid: string) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words.includes(file) && words.some((word) => word.endsWith('worker.mjs'))
    } catch {
      return false // it ended meanwhile
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isWorker(name))
    .map(Number)
}

const onLinux = process.platform === 'linux' ? test : test.skip

describe('simulating', () => {
  test('makes the same world with one process and with three, and another one from another seed', async () => {
    const directory = tempDirectory()
    const files = ['one', 'three', 'other'].map((name) => join(directory, name)) as [string, string, string]
    await simulate(files[0], '--seed', 5, '--processes', 1)
    await simulate(files[1], '--seed', 5, '--processes', 3)
    await simulate(files[2], '--seed', 6, '--processes', 3)
    expect(worldIn(files[0]).generation).toBe(GENERATIONS)
    expect(worldIn(files[1])).toEqual(worldIn(files[0]))
    expect(worldIn(files[2])).not.toEqual(worldIn(files[0]))
  })

  test('continues a world to the same end as without a break', async () => {
    const directory = tempDirectory()
    await simulate(join(directory, 'whole'))
    for (const generations of [1, 2, 9, GENERATIONS]) await simulate(join(directory, 'parts'), '--generations', generations)
    expect(worldIn(join(directory, 'parts'))).toEqual(worldIn(join(directory, 'whole')))
  })

  test('has lost nothing after all of its processes were killed', async () => {
    const directory = tempDirectory()
    const file = join(directory, 'killed')
    for (const generation of [0, 1, 4, 9]) {
      const { child, ended } = startEndless(file)
      await reaches(file, generation)
      killGroup(child)
      expect((await ended).signal).toBe('SIGKILL')
    }
    const generations = generationOf(file) + 3
    await simulate(file, '--generations', generations)
    await simulate(join(directory, 'whole'), '--generations', generations)
    expect(worldIn(file)).toEqual(worldIn(join(directory, 'whole')))
  })

  test('overwrites whatever was left in the plane that was being written', async () => {
    const directory = tempDirectory()
    const file = join(directory, 'torn')
    await simulate(file, '--generations', 9)
    const bytes = readFileSync(file)
    bytes.fill(0x6b, HEADER_LENGTH + 2 * SIZE * SIZE, HEADER_LENGTH + 3 * SIZE * SIZE)
    writeFileSync(file, bytes)
    await simulate(file)
    await simulate(join(directory, 'whole'))
    expect(worldIn(file)).toEqual(worldIn(join(directory, 'whole')))
  })

  test('decides four tiles at once as the rules decide each of them', async () => {
    const module = (name: string) => JSON.stringify(pathToFileURL(join(EXAMPLE, name)).href)
    const program = `
      import { hash } from ${module('random.mjs')}
      import { rulesOf } from ${module('rules.mjs')}
      import { isEventful, nextWord, olderWord } from ${module('word.mjs')}
      const lives = [0, 0, 1, 15, 0x10, 0x10, 0x20, 0x2e, 0x2f, 0x2f, 0x40, 0x41, 0x80, 0x85, 0x8f, 0x8f]
      const word = (bits) => [0, 4, 8, 12].reduce((sum, by) => (sum << 8) | lives[(bits >>> by) & 15], 0)
      const tables = [rulesOf(true), rulesOf(false)]
      let quiet = 0, wrong = 0
      for (let i = 0; i < 300000; i++) {
        const own = word(hash(1, i, 0) & (i & 1 ? 0x3333 : 0xffff)), around = word(hash(2, i, 0) & (i & 2 ? 0x5555 : 0xffff))
        if (isEventful(own, around)) continue
        quiet++
        for (const rules of tables) if (nextWord(rules, own, around, hash(3, i, 0) & 0x7f7f7f7f, hash(4, i, 0)) !== olderWord(own)) wrong++
      }
      console.log(quiet > 10000, wrong)`
    const { stdout, stderr } = await start([], ['--input-type=module', '-e', program]).ended
    expect({ stdout, stderr }).toEqual({ stdout: 'true 0\n', stderr: '' })
  })
})

describe('its processes', () => {
  onLinux('are gone when it has ended, and all of them when it is killed', async () => {
    const file = join(tempDirectory(), 'world')
    await simulate(file, '--processes', 3)
    expect(workersOn(file)).toEqual([])
    const { child, ended } = startEndless(file, '--processes', 3)
    await reaches(file, GENERATIONS + 2)
    expect(workersOn(file)).toHaveLength(3)
    child.kill('SIGKILL')
    await ended
    await until('no worker is left', () => workersOn(file).length === 0)
  })

  onLinux('end it with an error when one of them dies', async () => {
    const file = join(tempDirectory(), 'world')
    const { ended } = startEndless(file, '--processes', 3)
    await reaches(file, 2)
    const [victim] = workersOn(file) as [number]
    process.kill(victim, 'SIGKILL')
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(`process \\d \\(${victim}\\) ended too early, by SIGKILL`) })
    expect(workersOn(file)).toEqual([])
    await simulate(file, '--generations', generationOf(file) + 1)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('stop at %s, and the world can be continued', async (signal) => {
    const file = join(tempDirectory(), 'world')
    const { child, ended } = startEndless(file)
    await reaches(file, 2)
    process.kill(-child.pid!, signal)
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 1, stderr: `game-map: stopped by ${signal}; run it again to go on\n` })
    await simulate(file, '--generations', generationOf(file) + 1)
  })

  test('leave a world alone that another program simulates', async () => {
    const file = join(tempDirectory(), 'world')
    const { child } = startEndless(file)
    await reaches(file, 1)
    const { code, stderr } = await play('simulate', '--file', file)
    expect({ code, stderr }).toEqual({ code: 1, stderr: `game-map: ${file}: process ${child.pid} is simulating this world\n` })
  })

  test('notice that the file is cut short under them', async () => {
    const file = join(tempDirectory(), 'world')
    const { ended } = startEndless(file)
    await reaches(file, 2)
    truncateSync(file, HEADER_LENGTH)
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('the file became shorter than its mapping') })
  })
})

describe('drawing', () => {
  test('makes a picture of the world in many colours, and of a part of it', async () => {
    const directory = tempDirectory()
    const [file, out, part] = ['world', 'world.png', 'part.png'].map((name) => join(directory, name)) as [string, string, string]
    const made = await play('--file', file, '--out', out, '--size', SIZE, '--generations', GENERATIONS)
    expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(out) })
    const { width, height, data } = PNG.sync.read(readFileSync(out))
    expect([width, height]).toEqual([SIZE, SIZE])
    expect(new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size).toBeGreaterThan(100)
    const before = worldIn(file)
    expect((await play('view', '--file', file, '--out', part, '--scale', 3, '--region', '100,200,90,61')).code).toBe(0)
    expect(PNG.sync.read(readFileSync(part))).toMatchObject({ width: 30, height: 20 })
    expect(worldIn(file)).toEqual(before)
  })

  test('is done for other programs by run(), which tells where the picture is and how fast it was', async () => {
    const directory = tempDirectory()
    const options = { file: join(directory, 'world'), out: join(directory, 'new', 'world.png'), size: 256, generations: 3, seed: 1 }
    const program = `
      import { run } from ${JSON.stringify(pathToFileURL(join(EXAMPLE, 'run.mjs')).href)}
      console.log(JSON.stringify(await run(${JSON.stringify(options)})))`
    const { stdout, stderr } = await start([], ['--input-type=module', '-e', program]).ended
    expect(stderr).toBe('')
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ file: options.file, picture: options.out, size: 256, generation: 3 })
    expect(result.seconds).toBeGreaterThan(0)
    expect(result.tilesPerSecond).toBeGreaterThan(0)
    expect(existsSync(options.out)).toBe(true)
  })
})

describe('refusing', () => {
  test('leaves a file that is not a whole world as it is, and says what is wrong', async () => {
    const directory = tempDirectory()
    const file = join(directory, 'file')
    await simulate(file, '--generations', 1)
    const world = readFileSync(file)
    const altered = (offset: number, value: number) => {
      const bytes = Buffer.from(world)
      bytes.writeUInt32LE(value, offset)
      return bytes
    }
    const cases: [content: Buffer, message: string][] = [
      [Buffer.alloc(0), 'not a world: 0 bytes cannot hold even a header'],
      [Buffer.from('a letter'), 'not a world: 8 bytes cannot hold even a header'],
      [Buffer.alloc(10_000, 'a letter'), 'not a world: it begins with other bytes'],
      [world.subarray(0, world.length - 1), `damaged: a world of 512 x 512 tiles has ${world.length} bytes, this file ${world.length - 1}`],
      [Buffer.concat([world, Buffer.alloc(1)]), 'damaged'],
      [altered(4, 9), 'a world of format 9; this program knows 1'],
      [altered(8, 500), 'not a world: its header claims a side of 500 tiles'],
      [altered(8, 0xffffffff), 'not a world: its header claims a side of 4294967295 tiles'],
    ]
    for (const [index, [content, message]] of cases.entries()) {
      writeFileSync(file, content)
      const { code, stderr } = await (index % 3 ? play('simulate', '--file', file) : play('view', '--file', file, '--out', `${file}.png`))
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`game-map: ${file}: ${message}`) })
      expect(readFileSync(file).equals(content)).toBe(true)
    }
    expect(readdirSync(directory)).toEqual(['file'])
  })

  test('names what does not fit an existing world, and a file that is not there', async () => {
    const directory = tempDirectory()
    const file = join(directory, 'world')
    await simulate(file, '--generations', 1)
    const cases: [args: string[], message: string][] = [
      [['simulate', '--file', file, '--size', '1024'], 'its side is 512 tiles, not 1024'],
      [['simulate', '--file', file, '--seed', '8'], 'its seed is 7, not 8'],
      [['view', '--file', file, '--out', join(directory, 'out'), '--region', '500,0,13,10'], 'does not lie in a world of 512 x 512 tiles'],
      [['view', '--file', file, '--out', join(directory, 'out'), '--scale', '513'], 'less than a pixel at scale 513'],
      [['view', '--file', join(directory, 'none'), '--out', join(directory, 'out')], 'no such file'],
    ]
    for (const [args, message] of cases) {
      expect(await play(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
    }
    expect(readdirSync(directory)).toEqual(['world'])
  })

  test.each([
    'paint',
    'simulate --scale 2',
    'view --processes 2',
    '--size 1000',
    '--size 65536',
    '--processes 0',
    '--generations 1e3',
    '--generations ',
    '--seed 4294967296',
    '--file ',
    'view --scale 0',
    'view --region 1,2,3',
  ])('names a bad argument: %s', async (line) => {
    const { code, stdout, stderr } = await play(...line.split(' '))
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^game-map: [^\n]+\n$/) })
  })

  test('explains itself when asked to', async () => {
    expect(await play('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--generations N') })
  })
})
