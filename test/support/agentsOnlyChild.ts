import { appendFileSync } from 'node:fs'
import { watchSent } from './sentBytes.ts'

// Loaded first of all in every process that a test starts: what it sends is looked through as what the test sends is.
const { KAIJO_TEST_MARK: mark, KAIJO_TEST_LEAKS: file } = process.env
// At once, since a test may kill it in the next moment.
if (mark && file) watchSent(mark, (around) => appendFileSync(file, `${JSON.stringify(around)}\n`))
