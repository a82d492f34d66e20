import { Chat } from './chat.ts'

/** The chat page starts here. */
new Chat().start()
