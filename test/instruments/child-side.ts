import { readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { isMainThread, threadId } from 'node:worker_threads'
import { type Failure, GATE, lineReader, REPORTS, REQUESTS, type Report, type Request } from './crew-wire'

// The side of a crew's child: what a program of a crew imports. A child does not outlive its parent: whichever wire ends, it ends.

type Duty = (...args: never[]) => unknown

let duties: Readonly<Record<string, Duty>> | undefined
const early: Request[] = []
let passed = ''

/** Says that this thread has come to a point. Synchronous: the parent learns of it whatever happens next. */
export function reached(point: string, value?: unknown): void {
  report({ point, thread: threadId, value })
}

/**
 * Says so, and blocks the thread, in the middle of whatever it is doing, until the parent lets it go on from this point.
 * One thread of a process at a time can be held.
 */
export function holdAt(point: string, value?: unknown): void {
  reached(point, value)
  const byte = new Uint8Array(1)
  for (;;) {
    if (readSync(GATE, byte, 0, 1, null) === 0) dieWithParent()
    if (byte[0] !== 10) {
      passed += String.fromCharCode(byte[0]!)
      continue
    }
    const named = decodeURIComponent(passed)
    passed = ''
    if (named === point) return
  }
}

/** Answers the parent's requests from now on, and keeps the process alive for them. For the main thread. */
export function serve(named: Readonly<Record<string, Duty>>): void {
  duties = named
  requests?.ref()
  for (const request of early.splice(0)) answer(request)
}

async function answer({ id, duty, args }: Request): Promise<void> {
  try {
    const perform = duties![duty]
    if (perform === undefined) throw new TypeError(`no such duty: ${duty}; there are ${Object.keys(duties!).join(', ')}`)
    report({ answer: id, value: await perform(...(args as never[])) })
  } catch (error) {
    report({ answer: id, failure: failureOf(error) })
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  return { name: error.name, message: error.message, code: (error as NodeJS.ErrnoException).code, stack: error.stack }
}

function report(line: Report): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(REPORTS, bytes, at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    dieWithParent()
  }
}

function dieWithParent(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable: the process was killed')
}

function listen(): Socket {
  const socket = new Socket({ fd: REQUESTS, readable: true, writable: false })
  const take = lineReader((line) => {
    const request = JSON.parse(line) as Request
    if (duties === undefined) early.push(request)
    else answer(request)
  })
  socket.setEncoding('utf8').on('data', take).on('end', dieWithParent).on('error', dieWithParent)
  socket.unref()
  return socket
}

const requests = isMainThread ? listen() : undefined
