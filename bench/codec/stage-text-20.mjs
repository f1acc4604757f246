import { question } from './stage-text.mjs'

export const { asks, title, unit, contestants, ratios } = question(20)
