import { readFileSync } from 'node:fs'

/** A field of /proc/<pid>/stat, counted from the state, which is 0; `undefined` when there is no such process. */
function statField(pid: number, field: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name comes before, in parentheses, and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[field]
  } catch {
    return undefined
  }
}

/** `R`unning, `S`leeping, s`T`opped, `Z`ombie, …; `undefined` when there is no such process. */
export function stateOf(pid: number): string | undefined {
  return statField(pid, 0)
}

/** When it began, in ticks since boot: tells a process from a later one with its number. */
export function startOf(pid: number): string | undefined {
  return statField(pid, 19)
}
