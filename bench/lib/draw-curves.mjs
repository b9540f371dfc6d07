// Growth curves as SVG: a panel per curve, both axes logarithmic, so that a flat line is a constant cost.
const PANEL = { width: 440, height: 260, left: 56, right: 32, top: 44, bottom: 40 }
const COLOURS = ['#0a7d5a', '#b4531f', '#3b5bbd']
const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:13px}.grid{stroke:#ddd}.frame{fill:#fff}' +
  '@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.frame{fill:#181818}}'

/** @param curves `{ title, unit, lines }`, where `lines` has points `{ at, value }` by name. */
export function drawCurves(curves) {
  const columns = 2
  const width = columns * PANEL.width
  const height = Math.ceil(curves.length / columns) * PANEL.height
  const panels = curves.map((curve, index) => {
    const x = (index % columns) * PANEL.width
    const y = Math.floor(index / columns) * PANEL.height
    return `<g transform="translate(${x} ${y})">${panel(curve)}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>Cost as requests grow</title>
<style>${STYLE}</style>
<rect class="frame" width="${width}" height="${height}"/>
${panels.join('\n')}
</svg>
`
}

function panel({ title, unit, lines }) {
  const points = Object.values(lines).flat()
  const x = scale(
    points.map(({ at }) => at),
    PANEL.left,
    PANEL.width - PANEL.right,
  )
  const y = scale(
    points.map(({ value }) => value),
    PANEL.height - PANEL.bottom,
    PANEL.top,
  )
  const parts = [text(PANEL.left, 18, `${unit} by ${title}`, 'class="title"')]
  for (const tick of new Set(points.map(({ at }) => at))) {
    parts.push(text(x.place(tick), PANEL.height - PANEL.bottom + 18, short(tick), 'text-anchor="middle"'))
  }
  for (const tick of y.ticks) {
    const at = y.place(tick).toFixed(1)
    parts.push(`<line class="grid" x1="${PANEL.left}" x2="${PANEL.width - PANEL.right}" y1="${at}" y2="${at}"/>`)
    parts.push(text(PANEL.left - 8, Number(at) + 4, String(tick), 'text-anchor="end"'))
  }
  Object.entries(lines).forEach(([name, line], index) => parts.push(curve(name, line, index, x, y)))
  return parts.join('')
}

function curve(name, line, index, x, y) {
  const colour = COLOURS[index % COLOURS.length]
  const places = line.map(({ at, value }) => [x.place(at).toFixed(1), y.place(value).toFixed(1)])
  const path = `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map(String).join(' ')}"/>`
  const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`).join('')
  return path + dots + text(PANEL.left + index * 150, 34, name, `style="fill:${colour}"`)
}

/** Logarithmic, from the power of ten below the least value to the one above the greatest. */
function scale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => Number((10 ** (low + index)).toPrecision(1))),
  }
}

function short(value) {
  if (value >= 2 ** 20) return `${Math.round(value / 2 ** 20)}Mi`
  if (value >= 1024 && value % 1024 === 0) return `${value / 1024}Ki`
  return value.toLocaleString('en-US')
}

function text(x, y, content, attributes) {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content}</text>`
}
