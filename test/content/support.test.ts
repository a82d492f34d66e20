import { expect } from 'chai'
import { loadContent } from '../../content/index.ts'
import { createSample, removeSamples } from './sample.ts'

const support = (text: string) => {
  const sample = createSample()
  const bank = 'content/banks/first.yaml'
  sample.write(bank, `${sample.read(bank)}\n${text}\n`)
  return loadContent(sample.place()).content?.bank.support
}

describe("a bank's hours of support", () => {
  after(removeSamples)

  it('is read with what it leaves out as it is by default', () => {
    expect(
      support('support: { hours: [{ days: [mon, fri], from: 9:00, to: 24:00 }], closed: [2027-01-01] }'),
    ).to.deep.equal({
      hours: [{ days: ['mon', 'fri'], from: 540, to: 1440 }],
      closed: ['2027-01-01'],
      timezone: 'Asia/Tokyo',
      waitMinutes: 10,
    })
    expect(support('support: { timezone: Europe/Berlin, waitMinutes: 3 }')).to.deep.equal({
      hours: [],
      closed: [],
      timezone: 'Europe/Berlin',
      waitMinutes: 3,
    })
  })

  it('is nothing when the bank says nothing of it', () => expect(support('')).to.equal(undefined))
})
