import { PoweredStore } from './powerLoss.ts'
import type { Scenario } from './scenario.ts'

export const scenario: Scenario = {
  id: 'F02',
  title: 'has everything that it acknowledged when the power comes back, and never half a turn',
  async run({ quick, random, gate, figure }) {
    const trials = quick ? 40 : 500
    const store = new PoweredStore(random)
    const sum = { broken: 0, lost: 0, torn: 0, behind: 0, before: 0 }
    try {
      for (let n = 0; n < trials; n++) {
        const wreck = await store.loosePower()
        sum.broken += wreck.broken
        sum.torn += wreck.torn
        if (wreck.isBehind) sum.lost += wreck.lost
        else sum.before += Number(wreck.lost > 0)
        sum.behind += Number(wreck.isBehind)
      }
    } finally {
      await store.end()
    }
    figure('trials', trials)
    figure('cut behind the last time the disk was waited for', sum.behind)
    figure('cut anywhere, as by a disk that lies, and something lost', sum.before)
    gate('files that cannot be opened or have faults', sum.broken, '==', 0)
    gate('acknowledged turns lost', sum.lost, '==', 0)
    gate('turns of which a half is left', sum.torn, '==', 0)
  },
}
