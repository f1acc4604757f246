/** Names of a layout, as C and C++ write them. */

/** Words that are a name in a layout, and something else in C11 or C++17. */
const RESERVED = new Set(
  (
    'alignas alignof and asm auto bitand bitor bool break case catch char class compl const constexpr continue decltype default ' +
    'delete do double else enum explicit export extern false float for friend goto if inline int long mutable namespace new ' +
    'noexcept not nullptr operator or private protected public register restrict return short signed sizeof static struct switch ' +
    'template this throw true try typedef typeid typename union unsigned using virtual void volatile while xor'
  ).split(' '),
)

/** `LogHeader` is `log_header`; a word that C or C++ reserves gets a `_`. */
export function snakeCase(name: string): string {
  const snake = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
  return RESERVED.has(snake) ? `${snake}_` : snake
}

/** `MMAP_IO_LOG_HEADER_TAIL`. */
export function macroName(...names: string[]): string {
  return ['MMAP_IO', ...names.map((name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase())].join('_')
}
