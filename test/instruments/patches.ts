/** Properties that are replaced for a while, and put back in the order opposite to it. */
export class Patches {
  readonly #undo: (() => void)[] = []

  /** @throws {TypeError} when `owner` does not let go of the property: it is frozen. */
  replace(owner: object, name: PropertyKey, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name)
    Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false })
    this.#undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(owner, name)
      else Object.defineProperty(owner, name, before)
    })
  }

  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo()
  }
}
