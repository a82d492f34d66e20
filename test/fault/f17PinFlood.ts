import { runTests } from './runTests.ts'
import type { Scenario } from './scenario.ts'

const tests = ['test/unlock/sandbox/pinAttempts.alone.test.ts']

/** The tests are the whole of it. */
export const scenario: Scenario = {
  id: 'F17',
  title: 'checks exactly as many PINs as are allowed, while chats go on beside a flood of them',
  tests,
  run: (context) => runTests(context, tests),
}
