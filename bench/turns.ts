import { echoTurn } from './echo.ts'
import { guidedTurn } from './guided.ts'
import { medians, type Row } from './report.ts'
import { perCall, ratio, takeRounds } from './rounds.ts'
import { waterfallTurn } from './waterfall.ts'

/** A guided turn in process against botbuilder's bare echo and against its plain waterfall; about ten seconds. */
export async function turnsInProcess(): Promise<Row[]> {
  const contenders = {
    guided: perCall(await guidedTurn()),
    echo: perCall(echoTurn()),
    waterfall: perCall(waterfallTurn()),
  }
  const figures = await takeRounds(contenders, { rounds: 11, ms: 250 })
  const { guided, echo, waterfall } = figures
  const behind = medians(figures, 'µs')
  return [
    {
      name: 'guided turn in process ÷ bare botbuilder echo',
      figure: ratio(guided, echo),
      unit: 'x',
      aim: { atMost: 1.5 },
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
