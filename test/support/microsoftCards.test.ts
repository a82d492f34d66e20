import { expect } from 'chai'
import { parserFindings, shapeOf, typeFindings } from './microsoftCards.ts'
import { TeamsStandIn } from './teamsStandIn.ts'

const card = (body: object[], more: object = {}) => ({ type: 'AdaptiveCard', version: '1.5', body, ...more })
const text = (more: object = {}) => ({ type: 'TextBlock', text: 'x', wrap: true, ...more })
const action = (more: object) => card([{ type: 'ActionSet', actions: [{ title: 'x', ...more }] }])
const good = card([text(), { type: 'FactSet', facts: [{ title: 'a', value: 'b' }] }])

/** What is wrong, and which of the two sees it. */
const broken: [name: string, content: object, seenBy: ('parser' | 'types')[]][] = [
  ['an element that does not exist', card([{ type: 'Paragraph', text: 'x' }]), ['parser', 'types']],
  ['an element of a later version', card([{ type: 'Badge', text: 'x' }]), ['parser']],
  ['a property of version 1.6', action({ type: 'Action.Submit', role: 'Button' }), ['parser', 'types']],
  ['a property that does not exist', card([text({ bold: true })]), ['types']],
  ['one in a cell of a table', table(text({ bold: true })), ['types']],
  ['one of the card itself', card([], { kaijo: {} }), ['types']],
  ['a value that does not exist', card([text({ size: 'Huge' })]), ['parser', 'types']],
  ['a value of a wrong kind', card([text({ wrap: 'yes' })]), ['types']],
  ['a fact without its value', card([{ type: 'FactSet', facts: [{ title: 'a' }] }]), ['types']],
  ['a link that leads nowhere', action({ type: 'Action.OpenUrl' }), ['parser', 'types']],
  ['an action that does not exist', action({ type: 'Action.Call' }), ['parser', 'types']],
  [
    'such an action as the fallback',
    action({ type: 'Action.Submit', fallback: { type: 'Call' } }),
    ['types'],
  ],
]

function table(content: object): object {
  const rows = [{ type: 'TableRow', cells: [{ type: 'TableCell', items: [content] }] }]
  return card([{ type: 'Table', columns: [{ width: 1 }], rows }])
}

describe('what Microsoft has against a card', () => {
  it('is nothing when the card is good', async () => {
    expect(parserFindings(good)).to.deep.equal([])
    expect(await typeFindings([good, table(text())])).to.deep.equal([])
  })

  it('is what is wrong with it, which one of the two sees, or both', async () => {
    const typed = await typeFindings(broken.map(([, content]) => content))
    for (const [name, content, seenBy] of broken) {
      const own = typed.filter((finding) => finding.endsWith(`\n${JSON.stringify(content)}`))
      expect(parserFindings(content).length > 0, `${name}: parser`).to.equal(seenBy.includes('parser'))
      expect(own.length > 0, `${name}: types`).to.equal(seenBy.includes('types'))
    }
  })

  it('is asked once for each shape, whatever the words are', () => {
    expect(shapeOf(card([text({ text: 'y' })]))).to.equal(shapeOf(card([text()])))
    expect(shapeOf(card([text({ size: 'Small' })]))).not.to.equal(shapeOf(card([text()])))
    expect(shapeOf(card([text({ bold: 'x' })]))).not.to.equal(shapeOf(card([text({ bold: 'y' })])))
  })

  it('ends a test of Teams in red', async () => {
    const more = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      lang: 'ja',
      fallbackText: 'x',
    }
    const close = async (contents: object[]) => {
      const standIn = await TeamsStandIn.start()
      for (const content of contents) standIn.draws({ ...content, ...more })
      return standIn.close().catch((err: Error) => err.message)
    }
    expect(await close([good, good, table(text())])).to.equal(undefined)
    const problem = await close([good, ...broken.map(([, content]) => content)])
    expect(problem).to.match(/^Teams was sent what it does not take:/)
    const seen = [
      'Unrecognized key: "kaijo"',
      'Unknown element type "Paragraph"',
      `'"bold"' does not exist in type`,
    ]
    for (const words of seen) expect(problem).to.include(words)
  })
})
