import { runTests } from './runTests.ts'
import type { Scenario } from './scenario.ts'

const tests = ['test/bot/cluster.test.ts']

/** The tests are the whole of it. */
export const scenario: Scenario = {
  id: 'F20',
  title:
    'ends and restarts, one process after the other, without a request that fails or a message that is lost',
  tests,
  run: (context) => runTests(context, tests),
}
