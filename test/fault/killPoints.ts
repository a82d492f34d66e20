/** Places in the way of a turn at which a process may die: just before or just after a statement of the store. */
export interface KillPoint {
  name: string
  sql: RegExp
  when: 'before' | 'after'
}

const storing = /^INSERT INTO inbox/
/** PostgreSQL writes it with everything else, and the event, in one statement where nothing waits. */
const state = /^UPDATE conversations SET state|^WITH moved/
const applied = /UPDATE inbox SET activity = NULL/
const read = /^SELECT outbox\.|^WITH lane/
const noted = /^DELETE FROM outbox|^WITH taken/

/** All of them, in the order in which a turn comes to them. */
export const killPoints: readonly KillPoint[] = [
  { name: 'before an event is stored', sql: storing, when: 'before' },
  { name: 'after an event is stored', sql: storing, when: 'after' },
  { name: 'before a commit', sql: /^COMMIT/, when: 'before' },
  { name: 'after a commit, before anybody is told', sql: /^COMMIT/, when: 'after' },
  { name: 'before the state is written', sql: state, when: 'before' },
  { name: 'after the state is written', sql: state, when: 'after' },
  { name: 'after something is logged', sql: /^INSERT INTO activities/, when: 'after' },
  { name: 'after the answer is put into the outbox', sql: /^INSERT INTO outbox/, when: 'after' },
  { name: 'before the event is marked as applied', sql: applied, when: 'before' },
  { name: 'after the event is marked as applied', sql: applied, when: 'after' },
  { name: 'before the answer is sent', sql: read, when: 'after' },
  { name: 'after the answer is sent', sql: noted, when: 'before' },
  { name: 'after the answer is noted as sent', sql: noted, when: 'after' },
]

/** What `KILL` in the environment says: at which point, and the how manieth time that it is come to. */
export interface KillOrder {
  point: number
  nth: number
}
