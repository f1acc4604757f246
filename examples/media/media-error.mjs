/** Something wrong with what was given: a file, an argument. Its message is for people, so no stack is printed with it. */
export class MediaError extends Error {
  code = 'ERR_MEDIA'
}
