import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = join(root, 'web', 'desk')

/** The keys that the screens name whole, e.g. `t('phone.read')`; those put together at run time are not among them. */
function keysNamed(): Set<string> {
  const named = new Set<string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts')))
    for (const [, key] of readFileSync(join(folder, file), 'utf8').matchAll(/\bt\(\s*'([a-z]\w*\.\w+)'/g))
      named.add(key as string)
  return named
}

describe('the words of the desk', () => {
  for (const locale of ['ja', 'en'])
    it(`has every sentence that a screen names, in ${locale}`, () => {
      const words = parse(readFileSync(join(root, 'locales', locale, 'desk.yaml'), 'utf8'))
      const keys = keysNamed()
      expect(keys.size).to.be.greaterThan(40)
      const missing = [...keys].filter((key) => {
        const [section = '', name = ''] = key.split('.')
        return typeof words[section]?.[name] !== 'string'
      })
      expect(missing).to.deep.equal([])
    })
})
