import { runTests } from './runTests.ts'
import type { Scenario } from './scenario.ts'

const tests = ['test/security/unlockFaults.alone.test.ts', 'test/unlock/breaker.test.ts']

/** The tests are the whole of it. */
export const scenario: Scenario = {
  id: 'F09',
  title: 'answers clearly while the bank is down, slow or talks nonsense, and keeps others from waiting',
  tests,
  run: (context) => runTests(context, tests),
}
