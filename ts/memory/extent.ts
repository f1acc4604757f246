/** The bytes that a view covers. */
export interface Extent {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
}

/** Of a view whose memory was taken away, as of any empty one, there are none; a `DataView` would throw. */
export function extentOf(view: ArrayBufferView): Extent {
  const { buffer } = view
  return buffer.byteLength === 0 ? { buffer, byteOffset: 0, byteLength: 0 } : view
}
