import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const folder = join(import.meta.dirname, '..', '..', '..', 'bot', 'store', 'migrations')

describe('the migrations', () => {
  for (const file of readdirSync(folder))
    it(`only add, so that a process of the version before works on meanwhile: ${file}`, () => {
      const sql = readFileSync(join(folder, file), 'utf8').replace(/^\s*--.*$/gm, '')
      const statements = sql.split(/;\s*$/m).map((one) => one.trim().replace(/\s+/g, ' '))
      for (const statement of statements.filter(Boolean)) expect(statement).to.satisfy(onlyAdds)
    })

  it('would be refused for what a process of the version before stumbles over', () => {
    for (const statement of [
      'DROP TABLE asked',
      'ALTER TABLE handoffs DROP COLUMN rating',
      'ALTER TABLE handoffs RENAME COLUMN rating TO stars',
      'ALTER TABLE handoffs ADD COLUMN stars integer NOT NULL',
      'ALTER TABLE handoffs ADD COLUMN stars integer, DROP COLUMN rating',
      'CREATE UNIQUE INDEX handoffs_agent ON handoffs (agent)',
    ])
      expect(statement).not.to.satisfy(onlyAdds)
  })
})

function onlyAdds(statement: string): boolean {
  if (/^CREATE (UNLOGGED )?TABLE |^CREATE INDEX /.test(statement)) return true
  const changes = /^ALTER TABLE \w+ (.*)$/.exec(statement)?.[1]?.split(/, ?(?=[A-Z]+ COLUMN )/) ?? ['']
  return changes.every((change) => {
    // Whoever does not know a column leaves it out of what it inserts.
    const isFilled = !change.includes('NOT NULL') || change.includes(' DEFAULT ')
    return change.startsWith('ADD COLUMN ') && isFilled
  })
}
