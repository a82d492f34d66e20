import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const folder = join(import.meta.dirname, '..', '..', '..', 'web', 'desk')

describe('the styles of the desk', () => {
  it('give a class its look in one sheet only: all of them are on every page', () => {
    const sheets = new Map<string, string[]>()
    // The printed conversation is a page of its own.
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.css') && name !== 'print.css')) {
      const classes = readFileSync(join(folder, file), 'utf8').match(/^\.[a-z][a-z0-9-]*/gm) ?? []
      for (const name of new Set(classes)) sheets.set(name, [...(sheets.get(name) ?? []), file])
    }
    expect(sheets.size).to.be.greaterThan(50)
    expect([...sheets].filter(([, files]) => files.length > 1)).to.deep.equal([])
  })
})
