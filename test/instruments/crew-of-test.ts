import { afterEach } from '@jest/globals'
import type { ChildOptions } from './child'
import { Crew } from './crew'

const crews: Crew[] = []

afterEach(async () => {
  for (const crew of crews.splice(0)) await crew.disband()
})

/** A crew that is disbanded when the current test ends, however it ends. */
export function crewOfTest(defaults?: ChildOptions): Crew {
  const crew = new Crew(defaults)
  crews.push(crew)
  return crew
}
