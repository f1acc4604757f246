import { question } from './read-text.mjs'

export const { asks, title, unit, contestants, ratios } = question(8)
