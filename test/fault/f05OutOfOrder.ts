import { runTests } from './runTests.ts'
import type { Scenario } from './scenario.ts'

const tests = ['test/bot/desk/interleavings.test.ts', 'test/security/unlockModel.test.ts']

/** The tests are the whole of it. */
export const scenario: Scenario = {
  id: 'F05',
  title: 'comes to the same end in whatever order news, presses and messages arrive',
  tests,
  run: (context) => runTests(context, tests),
}
