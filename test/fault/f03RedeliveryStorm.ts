import { runTests } from './runTests.ts'
import type { Scenario } from './scenario.ts'

const tests = ['test/bot/channels/lineStorm.test.ts']

export const scenario: Scenario = {
  id: 'F03',
  title: 'takes a storm of second deliveries, and applies each event once',
  tests,
  run: (context) => runTests(context, tests),
}
