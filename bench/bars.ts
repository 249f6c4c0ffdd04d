interface Bar {
  what: string
  connections: number
  ratio: number
  goal: number
}

const [width, rowHeight, labelWidth] = [860, 26, 380]
/** The ratio of a bar as wide as the picture. */
const maxRatio = 1.5

/** An SVG with a bar for each scenario: its ratio to the baseline, with a mark at the goal. */
export function bars(rows: Bar[]): string {
  const scale = (width - labelWidth - 60) / maxRatio
  const lines = rows.map(({ what, connections, ratio, goal }, i) => {
    const y = i * rowHeight + 8
    const barWidth = Math.min(ratio, maxRatio) * scale
    const color = ratio >= goal ? '#2a9d6f' : '#d9822b'
    return `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end">${Bun.escapeHTML(`${what}, ${connections}`)}</text>
<rect x="${labelWidth}" y="${y}" width="${barWidth.toFixed(1)}" height="18" fill="${color}"/>
<line x1="${labelWidth + goal * scale}" x2="${labelWidth + goal * scale}" y1="${y - 2}" y2="${y + 20}" stroke="#333"/>
<text x="${(labelWidth + barWidth + 6).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)} ×</text>`
  })
  const height = rows.length * rowHeight + 16
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${lines.join('\n')}
</svg>
`
}
