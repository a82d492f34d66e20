import { join } from 'node:path'
import type { Activity } from 'botbuilder-core'
import { type Content, loadContent, searchFaq } from '../../content/index.ts'
import { createDialogs, type Reply, type State } from '../../dialogs/index.ts'
import { createWords, readLexicon } from '../../locales/index.ts'
import { Bank } from './bank.ts'
import { draw, pseudonym } from './draw.ts'

const root = join(import.meta.dirname, '..', '..')

/** The dialogs alone, as the pure function that they are: a state and an activity in, a state and words out. */
export class Mind {
  readonly bank = new Bank()
  readonly content: Content
  /** The dialogs, for those that give them a conversation of their own. */
  readonly bot: ReturnType<typeof createDialogs>
  #turn = 0

  constructor(bank = 'osaka-city', contentDir = join(root, 'content'), localesDir = join(root, 'locales')) {
    const { content, findings } = loadContent({ dir: contentDir, localesDir, bank })
    if (!content) throw new Error(`The content is broken: ${JSON.stringify(findings, null, 1)}`)
    this.content = content
    const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
    this.bot = createDialogs({
      content,
      words,
      lexicons: { ja: readLexicon(localesDir, 'ja'), en: readLexicon(localesDir, 'en') },
      unlock: this.bank,
      draw,
      pseudonym,
      links: {
        request: (id) => `https://help.example/go/${id}`,
        picture: (file) => `https://help.example/pictures/${file}`,
        host: 'help.example',
        help: 'help.example/help',
      },
      search: searchFaq(
        content.faq.values(),
        words.locales,
        (locale, key) => words.t(locale as 'ja', key),
        content.lexis,
      ),
    })
  }

  /** One turn. */
  hear(state: State | undefined, activity: Partial<Activity>, channel = 'test'): Promise<Reply> {
    const id = String(++this.#turn)
    return this.bot.reply({ id, conversation: 'c', channel, activity, state })
  }

  /** The customer writes. */
  says(state: State | undefined, text: string, locale = 'ja'): Promise<Reply> {
    return this.hear(state, { type: 'message', text, locale })
  }

  /** The customer presses a button that was just offered. */
  presses(state: State, value: unknown): Promise<Reply> {
    return this.hear(state, { type: 'message', text: '', value })
  }
}

/** The buttons of the last thing said. */
export function buttons(reply: Reply): { title: string; value: Record<string, string> }[] {
  return (reply.said.at(-1)?.suggestedActions?.actions ?? []) as never
}
