import { expect } from 'chai'
import { tooMany } from '../../../web/desk/tooMany.ts'

describe('too many wrong tries', () => {
  const t = (key: string, values = {}) => [key.replace('logon.', ''), ...Object.values(values)].join(' ')

  for (const [seconds, said] of [
    [1, 'tooManyMinute'],
    [60, 'tooManyMinute'],
    [61, 'tooMany 2'],
    [900, 'tooMany 15'],
    [7140, 'tooMany 119'],
    [7200, 'tooManyHours 2'],
    [86_400, 'tooManyHours 24'],
    [undefined, 'tooMany 15'],
  ] as const)
    it(`say how long to wait when the server says ${seconds ?? 'nothing of'} seconds`, () => {
      expect(tooMany({ t }, { seconds })).to.equal(said)
    })
})
