import { blockRatios, blocks } from './blocks.mjs'

export const asks = 'How long does it take to allocate a block of 102,400 bytes, publish it, and free the one before?'
export const title = 'a block of 102,400 bytes'
export const unit = 'block'
export const contestants = blocks(102400)
export const ratios = blockRatios
