import type { State } from '../dialogs/index.ts'
import { Mind } from '../test/support/mind.ts'
import { pressed, recordWalk, throughTheBank } from './walk.ts'

/** Our guided turn in process: real content, a press in, words out, the state to JSON and back as the store does. */
export async function guidedTurn(): Promise<() => Promise<void>> {
  const mind = new Mind()
  const walk = await recordWalk(mind, throughTheBank)
  let stored: string | undefined
  let walks = 1
  let next = 0
  return async () => {
    const press = walk[next]
    if (!press) throw new Error('The walk has no turns.')
    const state = stored === undefined ? undefined : (JSON.parse(stored) as State)
    const reply = await mind.hear(state, pressed(press, walks))
    if (reply.trace.step !== press.leadsTo.split('/').slice(1).join('/'))
      throw new Error(`The turn led to "${reply.trace.step}" and not to "${press.leadsTo}".`)
    stored = JSON.stringify(reply.state)
    if (++next < walk.length) return
    next = 0
    walks++
    // The bank at the rim looks through all its requests: it would soon be most of what we measure.
    mind.bank.requests.length = 0
  }
}
