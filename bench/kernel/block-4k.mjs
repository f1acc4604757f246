import { blockRatios, blocks } from './blocks.mjs'

export const asks = 'How long does it take to allocate a block of 4,096 bytes, publish it, and free the one before?'
export const title = 'a block of 4,096 bytes'
export const unit = 'block'
export const contestants = blocks(4096)
export const ratios = blockRatios
