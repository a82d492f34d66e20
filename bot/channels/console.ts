import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { CardAction } from 'botbuilder-core'
import type { Store } from '../store/index.ts'
import type { Turns } from '../turns.ts'

/** What the channel needs; `output` gets what a person reads. */
export interface ConsoleParts {
  turns: Turns
  store: Store
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  locale: 'ja' | 'en'
}

const prompt = '\n> '

/** The terminal as a channel: each line is a message, a number presses the choice that stands beside it. */
export async function consoleChannel({ turns, store, input, output, locale }: ConsoleParts): Promise<void> {
  const conversation = `console-${randomUUID()}`
  let shown = 0
  let choices: CardAction[] = []

  const show = async () => {
    for (const { seq, activity } of await store.activities(conversation, shown, 100)) {
      if (seq <= shown) continue
      shown = seq
      if (activity.from?.role !== 'bot') continue
      choices = activity.suggestedActions?.actions ?? []
      const numbered = choices.map(({ title }, i) => `  ${i + 1}. ${title}`)
      output.write(`\n${[activity.text, ...numbered].join('\n')}\n`)
    }
  }
  const off = store.onLogged((changed) => {
    if (changed === conversation) void show()
  })

  const accept = (activity: object, logged: boolean) =>
    turns.accept({
      channel: 'console',
      eventId: randomUUID(),
      conversation,
      activity: { locale, ...activity },
      logged,
    })
  await accept({ type: 'conversationUpdate' }, false)
  await turns.idle()
  const lines = createInterface({ input })
  output.write(prompt)
  for await (const line of lines) {
    if (line.trim() !== '') {
      const pressed = choices[Number(line.normalize('NFKC').trim()) - 1]
      const said = pressed ? { text: pressed.title, value: pressed.value } : { text: line }
      await accept({ type: 'message', from: { id: 'console', role: 'user' }, ...said }, true)
      await turns.idle()
      await show()
    }
    output.write(prompt)
  }
  off()
}
