import { expect } from 'chai'
import fc from 'fast-check'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import { type Course, type Deed, deedNames, play, readCourse } from '../../support/interleaving.ts'

/** Each run plays so many conversations side by side in one store. */
const atOnce = 40
const runs = 250

const deed: fc.Arbitrary<Deed> = fc.record({
  name: fc.constantFrom(...deedNames),
  rests: fc.boolean(),
})
/** Where the courses begin: with the bot, in the queue, with an agent. */
const openings: Deed[][] = [
  [],
  [{ name: 'asks for a person', rests: true }],
  [
    { name: 'asks for a person', rests: true },
    { name: 'A takes', rests: true },
  ],
  [
    { name: 'asks for a person', rests: true },
    { name: 'B takes', rests: false },
  ],
]
const deeds = fc
  .tuple(fc.constantFrom(...openings), fc.array(deed, { minLength: 3, maxLength: 10 }))
  .map((parts) => parts.flat())

describe('who has a conversation, whatever comes between what', function () {
  this.timeout(300_000)

  it(`holds in ${atOnce * runs} courses of customers, two agents, clocks, the bank and restarts`, async () => {
    const met = new Map<string, number>()
    const property = fc.asyncProperty(
      fc.array(deeds, { minLength: atOnce, maxLength: atOnce }),
      async (all) => {
        const store = openSqlite(':memory:')
        const courses = await Promise.all(all.map((each, place) => play(store, `c${place}`, each)))
        await store.close()
        for (const [place, course] of courses.entries()) {
          told(all[place] as Deed[], () => check(course))
          for (const { move } of readCourse(course)) met.set(move, (met.get(move) ?? 0) + 1)
        }
      },
    )
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
    // A property that never sees the interesting cases would hold for nothing.
    for (const move of [
      'bot→queue',
      'queue→agent',
      'queue→bot',
      'agent→bot',
      'agent→queue',
      'agent→closed',
      'closed→bot',
    ])
      expect(met.get(move), `${move} of ${JSON.stringify([...met])}`).to.be.greaterThan(200)
  })
})

/** Says which of the courses it was. */
function told(course: Deed[], look: () => void): void {
  try {
    look()
  } catch (error) {
    const names = course.map(({ name, rests }) => (rests ? `${name}.` : name))
    throw new Error(`${(error as Error).message}, after: ${names.join(' ')}`, { cause: error })
  }
}

/** What must hold of every course. */
function check(course: Course): void {
  const steps = readCourse(course)
  for (const { move, before, after, kaijo, agents, applied } of steps) {
    expect(legal, move).to.include(move)
    expect(after.agent !== null, move).to.equal(after.owner === 'agent' || after.owner === 'closed')
    const isHeld = before.owner === 'agent' && after.owner === 'agent'
    if (before.owner === 'agent' || after.owner === 'agent')
      expect(kaijo, 'the bot talks over a person').to.deep.equal([])
    for (const agent of agents) expect(agent, 'somebody else talks').to.equal(after.agent)
    if (applied?.startsWith('m') && !isHeld && before.owner !== 'queue')
      expect(kaijo.length, 'a message is answered by nobody').to.be.greaterThan(0)
  }
  const applied = steps.flatMap((step) => (step.applied?.startsWith('m') ? [step.applied] : []))
  expect([...applied].sort(), 'each message has its turn once').to.deep.equal([...course.accepted].sort())
  const said = steps.flatMap(({ kaijo }) => kaijo)
  for (const id of course.news) {
    const told = said.filter((text) => text === `news ${id}`)
    expect(told, `news ${id}`).to.have.length(1)
  }
  expect(
    course.sent.map((text) => steps.flatMap((step) => step.texts).filter((one) => one === text).length),
  ).to.deep.equal(course.sent.map(() => 1))
  const takes = steps.filter(({ move }) => move === 'queue→agent').length
  expect(takes, 'each take that was told to be one is one').to.equal(course.taken)
  for (const winners of course.races) expect(winners, 'of two who take at once').to.equal(1)
  for (const { stated, resumed } of course.returns) expect(resumed).to.equal(stated)
}

const legal = [
  'bot→bot',
  'queue→queue',
  'agent→agent',
  'closed→closed',
  'bot→queue',
  'queue→agent',
  'queue→bot',
  'agent→bot',
  'agent→queue',
  'agent→closed',
  'closed→bot',
  'closed→queue',
]
