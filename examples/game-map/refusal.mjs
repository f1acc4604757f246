/** What the person at the keyboard can put right: reported by its message alone, without a stack. */
export class Refusal extends Error {
  name = 'Refusal'
}
