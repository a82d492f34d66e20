import { writeFileSync } from 'node:fs'
import { readCommandLine } from '../../content/index.ts'
import { measurementsFile, measurementsPage } from './measurementsPage.ts'

readCommandLine('npm run docs:measurements   writes docs/measurements.md from what lies in reports/', [])
writeFileSync(measurementsFile, measurementsPage())
console.log('docs/measurements.md is written; read it through.')
