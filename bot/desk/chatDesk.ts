import type { Logger } from '../log.ts'
import type { Route } from '../route.ts'
import type { Board } from '../store/board.ts'
import type { Upgrade } from '../upgrade.ts'
import { createAttendance } from './attendance.ts'
import { type ChatParts, chatRoutes } from './chatRoutes.ts'
import type { Guard } from './guard.ts'
import { openLive } from './live.ts'
import { createViewers } from './viewers.ts'

/** The chats of the desk: their routes, and the line on which pages hear that something has changed. */
export interface ChatDesk {
  routes: Route[]
  upgrades: Upgrade[]
  /** A customer is writing; who looks at the conversation is told. */
  typing(conversation: string): void
  close(): void
}

/** Opens them over the desk and everything that it shows. */
export function openChatDesk(
  parts: Omit<ChatParts, 'attendance' | 'viewers' | 'live' | 'guard'> & {
    guard: Pick<Guard, 'deskRoute' | 'enter'>
    board: Board
    log: Pick<Logger, 'warn'>
  },
): ChatDesk {
  const { presence, now, board } = parts
  const attendance = createAttendance(presence, board)
  const viewers = createViewers(now, board)
  const live = openLive({ ...parts, attendance, viewers })
  return {
    routes: chatRoutes({ ...parts, attendance, viewers, live }),
    upgrades: [live],
    typing: (conversation) => live.typing(conversation),
    close: () => live.close(),
  }
}
