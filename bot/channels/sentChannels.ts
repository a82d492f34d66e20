import type { Words } from '../../locales/index.ts'
import type { TypingShown } from '../agentTyping.ts'
import type { Config } from '../config.ts'
import type { Sender } from '../delivery.ts'
import type { Logger } from '../log.ts'
import type { Route } from '../route.ts'
import type { Store } from '../store/index.ts'
import type { Turns } from '../turns.ts'
import { line } from './line.ts'
import type { LineReference } from './lineEvents.ts'
import { teams, teamsDelivery } from './teams.ts'
import type { TeamsReference } from './teamsActivity.ts'

/** The channels that are somebody else's, LINE and Teams, as far as they are set up: what is said there is sent there. */
export interface SentChannels {
  senders: Sender[]
  /** How each shows that an agent writes. */
  typing: TypingShown
  /** By which they come in. Asked for once. */
  routes(turns: Turns): Route[]
  close(): Promise<void>
}

interface Parts {
  config: Config
  store: Store
  words: () => Words
  log: Logger
}

/** Makes them. */
export function openSentChannels({ config, store, words, log }: Parts): SentChannels {
  const { publicUrl } = config
  const toLine = config.line && line({ settings: config.line, publicUrl, store, words, log })
  const toTeams = config.teams && teamsDelivery({ settings: config.teams, log, words })
  let fromTeams: ReturnType<typeof teams> | undefined
  return {
    senders: [...(toTeams ? [toTeams] : []), ...(toLine ? [toLine.sender] : [])],
    typing: {
      ...(toLine && { line: ({ reference }) => toLine.typing(reference as LineReference) }),
      ...(toTeams && { teams: ({ reference }) => toTeams.typing(reference as TeamsReference) }),
    },
    routes(turns) {
      if (config.teams && toTeams)
        fromTeams = teams({
          store,
          turns,
          words,
          settings: config.teams,
          config,
          typing: toTeams.typing,
          log,
        })
      return [...(fromTeams?.routes ?? []), ...(toLine?.routes(turns) ?? [])]
    },
    async close() {
      fromTeams?.close()
      await toLine?.close()
    },
  }
}
