import { expect, test } from 'bun:test'
import { counters, histograms, seriesText } from './series.ts'

test('counters and histograms are written in the text format of Prometheus, each with its labels', () => {
  const count = counters({ name: 'eggs_total', help: 'Eggs', labelNames: ['size', 'nest'] })
  count('large', '1').count += 2
  count('large', '1').count++
  count('small', '2').count++
  const histogram = histograms({ name: 'hatch_seconds', help: 'Hatching', labelNames: ['nest'] }, [0.5, 1, 2])
  for (const value of [0.25, 0.5, 1.5, 3]) histogram('1').add(value)
  expect(seriesText()).toContain(`# HELP eggs_total Eggs
# TYPE eggs_total counter
eggs_total{size="large",nest="1"} 3
eggs_total{size="small",nest="2"} 1
`)
  expect(seriesText()).toContain(`# HELP hatch_seconds Hatching
# TYPE hatch_seconds histogram
hatch_seconds_bucket{le="0.5",nest="1"} 2
hatch_seconds_bucket{le="1",nest="1"} 2
hatch_seconds_bucket{le="2",nest="1"} 3
hatch_seconds_bucket{le="+Inf",nest="1"} 4
hatch_seconds_sum{nest="1"} 5.25
hatch_seconds_count{nest="1"} 4
`)
})
