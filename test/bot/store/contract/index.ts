import type { Store } from '../../../../bot/store/index.ts'
import { arrivalsContract } from './arrivals.ts'
import { countsContract } from './counts.ts'
import { deskContract } from './desk.ts'
import { inboxContract } from './inbox.ts'
import { keepingContract } from './keeping.ts'
import { logContract } from './log.ts'
import { outboxContract } from './outbox.ts'
import { turnsContract } from './turns.ts'
import { unlocksContract } from './unlocks.ts'

/** What every store must hold to; each driver's test calls it with a way to open an empty one. */
export function storeContract(open: () => Promise<Store> | Store): void {
  describe('its inbox', () => inboxContract(open))
  describe('its turns', () => turnsContract(open))
  describe('its turns that accept their own event', () => arrivalsContract(open))
  describe('its log', () => logContract(open))
  describe('its outbox', () => outboxContract(open))
  describe('its unlock requests', () => unlocksContract(open))
  describe('its desk', () => deskContract(open))
  describe('its counts', () => countsContract(open))
  describe('what it keeps', () => keepingContract(open))
}
