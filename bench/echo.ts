import { ActivityHandler } from 'botbuilder-core'
import { Collector, message } from './collector.ts'

/** botbuilder's bare echo, the unit of all turns: an adapter that collects, an ActivityHandler, no state. */
export function echoTurn(): () => Promise<void> {
  const adapter = new Collector()
  const bot = new ActivityHandler()
  bot.onMessage(async (context, next) => {
    await context.sendActivity(`Echo: ${context.activity.text}`)
    await next()
  })
  return async () => {
    await adapter.hear(message('hello'), (context) => bot.run(context))
    if (adapter.said.length !== 1) throw new Error(`The echo said ${adapter.said.length} things and not one.`)
  }
}
