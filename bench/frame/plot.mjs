// A result as a picture: a panel for each question, in it a bar for each contestant, as long as it took.

import * as echarts from 'echarts'
import { describeMachine } from './machine.mjs'
import { duration, threeDigits } from './report.mjs'

const WIDTH = 860
const HEAD = 70
const PANEL_HEAD = 48
const BAR = 22
const PANEL_GAP = 22
const FOOT = 64
const FONT = 'sans-serif'
const INK = '#1f2933'
const FAINT = '#616e7c'
const OURS = '#1f6feb'
const OTHERS = '#9aa5b1'

const style = (fontSize, fill = INK, fontWeight = 'normal') => ({ fontSize, fontFamily: FONT, fontWeight, fill })
const text = (left, top, content, look) => ({ type: 'text', left, top, style: { text: content, ...look } })

/** An SVG document. `result` is what results/<suite>.json holds. */
export function plot(result) {
  const panels = placed(result.questions.map((question) => ({ ...question, contestants: question.contestants.filter(isTimed) })))
  const height = panels.at(-1).bottom + FOOT
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, color: INK },
    graphic: [...head(result), ...panels.flatMap(titles), ...foot(result, height)],
    grid: panels.map(({ top, bottom }) => ({ left: 236, right: 96, top, height: bottom - top })),
    xAxis: panels.map((_, gridIndex) => ({ type: 'value', gridIndex, show: false, min: 0 })),
    yAxis: panels.map(({ contestants }, gridIndex) => categories(contestants, gridIndex)),
    series: panels.flatMap(series),
  })
  const svg = chart.renderToSVGString()
  chart.dispose() // or its timer would keep the process
  return svg
}

const isTimed = ({ absent }) => absent === undefined

function placed(questions) {
  let top = HEAD
  return questions.map((question) => {
    top += PANEL_HEAD
    const bottom = top + BAR * question.contestants.length
    const panel = { ...question, top, bottom }
    top = bottom + PANEL_GAP
    return panel
  })
}

function head({ title, trials }) {
  return [
    text(24, 20, title, style(20, INK, 'bold')),
    text(24, 48, `time, so shorter is better: mean of ${trials} processes; the white mark is the best round`, style(12, FAINT)),
  ]
}

function titles({ title, unit, ratios, top }) {
  const [answer] = ratios
  const told = answer ? `${answer.contestant}: ${threeDigits(answer.median)} x ${answer.against}` : ''
  return [text(24, top - 40, `${title}, per ${unit}`, style(14, INK, 'bold')), text(24, top - 20, told, style(12, FAINT))]
}

function foot({ machine, date, command }, height) {
  const lines = [describeMachine(machine), `${date.slice(0, 10)}   ${command}`]
  return lines.map((line, index) => text(24, height - 48 + index * 18, line, style(11, FAINT)))
}

function categories(contestants, gridIndex) {
  const plain = { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { fontSize: 12, color: INK } }
  return { type: 'category', gridIndex, inverse: true, data: contestants.map(({ name }) => name), ...plain }
}

function series({ contestants }, index) {
  const axes = { xAxisIndex: index, yAxisIndex: index }
  const label = { show: true, position: 'right', fontSize: 12, color: INK, formatter: ({ value }) => duration(value) }
  const bars = contestants.map(({ mean, ours }) => ({ value: mean, itemStyle: { color: ours ? OURS : OTHERS } }))
  const best = contestants.map(({ name, min }) => [min, name])
  return [
    { type: 'bar', ...axes, data: bars, barWidth: BAR - 8, label },
    { type: 'scatter', ...axes, data: best, symbol: 'rect', symbolSize: [2, BAR - 8], itemStyle: { color: '#ffffff' } },
  ]
}
