import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { measurementsFile, measurementsPage } from './measurementsPage.ts'

describe('docs/measurements.md', () => {
  it('says what the reports say; when it does not: npm run docs:measurements', () => {
    expect(measurementsPage()).to.equal(readFileSync(measurementsFile, 'utf8'))
  })
})
