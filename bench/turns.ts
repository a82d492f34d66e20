import { guidedTurn } from './guided.ts'
import { medians, type Row } from './report.ts'
import { perCall, ratio, takeRounds } from './rounds.ts'
import { asShipped } from './shipped.ts'

/** A guided turn as `npm start` runs it against botbuilder's bare echo and its plain waterfall as shipped; ten seconds. */
export async function turnsInProcess(): Promise<Row[]> {
  const shipped = asShipped()
  const contenders = {
    guided: perCall(await guidedTurn()),
    echo: shipped.measure('echo'),
    waterfall: shipped.measure('waterfall'),
  }
  const figures = await takeRounds(contenders, { rounds: 11, ms: 250 })
  await shipped.close()
  const { guided, echo, waterfall } = figures
  const behind = medians(figures, 'µs')
  return [
    {
      name: 'guided turn in process ÷ bare botbuilder echo',
      figure: ratio(guided, echo),
      unit: 'x',
      aim: { atMost: 1 },
      behind,
    },
    {
      name: 'plain botbuilder waterfall ÷ guided turn',
      figure: ratio(waterfall, guided),
      unit: 'x',
      aim: { atLeast: 5 },
      behind: {},
    },
  ]
}
