import { expect } from 'chai'
import { type DeskChat, deskChat } from '../../support/deskChat.ts'

/** The customer has heard nothing. */
export const silence = ({ heard }: DeskChat) => {
  expect(heard).to.deep.equal([])
}

/** Who has the conversation. */
export const owner = async (chat: DeskChat) => (await chat.store.conversation(chat.conversation))?.owner

/** What somebody at the desk is refused with, or `done`. */
export const refused = async (deed: Promise<unknown>) =>
  deed.then(
    () => 'done',
    ({ status, code }) => `${status} ${code}`,
  )

/** A customer at the first part of the unlocking, with everything at hand. */
export const atFirstPart = (chat: DeskChat) =>
  chat.user('ログオンできない').user('利用者').user('3つともあります').user('わかります').bot('手順 1 / 6')

/** A customer who waits for a person. */
export const waiting = (options: Parameters<typeof deskChat>[0] = {}) =>
  deskChat(options).user('ログオンできない').user('利用者').user('担当者に相談する')

/** A customer whom an agent has taken. */
export const taken = () => waiting().agent((desk, press) => desk.take(press()))
