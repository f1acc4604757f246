import { diagram } from './diagram'
import type { AnyLayout } from './layout'
import { table } from './table'

/** From `<!-- layout LogHeader -->` to `<!-- end -->`, each on a line of its own. */
const BLOCK = /^<!-- layout (\w+) -->$.*?^<!-- end -->$/gms

/**
 * The text of a format page with every block between its markers written anew.
 * @throws {Error} if the page lacks a block for one of its layouts, or has one for another.
 */
export function formatPage(text: string, layouts: readonly AnyLayout[]): string {
  const missing = new Map(layouts.map((layout) => [layout.name, layout]))
  const fresh = text.replace(BLOCK, (_, name: string) => {
    const layout = layouts.find((layout) => layout.name === name)
    if (layout === undefined) throw new Error(`the page describes ${name}, which is not listed for it`)
    missing.delete(name)
    return blockOf(layout)
  })
  if (missing.size > 0) throw new Error(`the page has no block for ${[...missing.keys()].join(', ')}`)
  return fresh
}

function blockOf(layout: AnyLayout): string {
  const { name, byteLength, alignment, fingerprint } = layout
  const summary = `${byteLength} bytes, starting at a multiple of ${alignment}. Fingerprint \`${hexWord(fingerprint)}\`.`
  return [`<!-- layout ${name} -->`, `\`\`\`text\n${diagram(layout)}\n\`\`\``, table(layout), summary, '<!-- end -->'].join('\n\n')
}

function hexWord(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`
}
