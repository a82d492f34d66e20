import { readItemChoices } from './choiceReader.ts'
import type { Choice, Item, Overview, Step, Text } from './flow.ts'
import { checkId, takeMap, takePhrases, takeText } from './reading.ts'
import type { Section } from './section.ts'
import type { StepSource } from './stepSource.ts'
import { readAsked } from './stepSource.ts'

/** A checklist: its overview, when the writer gave `all`, and its items one by one. */
export function readItems(source: StepSource): Step[] {
  const { section, path, reading, links } = source
  const overviewKeys = section.has('all') || section.has('each') ? ['all', 'each'] : []
  section.expect(
    ['checklist', ...overviewKeys, 'items', 'complete', 'missing'],
    ['note', 'image', 'unsure', 'agent'],
  )
  const asked = readAsked(section, path, reading, 'checklist')
  const items = readEach(source)
  if (section.isMap('items') && items.length === 0)
    reading.report.add('dead-end', section.at('items'), { name: 'items' })

  const last = items.at(-1)
  const overview = overviewKeys.length > 0 ? readOverview(source, asked, items) : undefined
  if (!overview && items[0] && asked.ask) items[0].intro = asked.ask
  const complete = (to: string) => {
    for (const item of items) item.complete = to
    for (const choice of last?.choices ?? []) if (!choice.missing) choice.next = to
    if (overview?.choices[0]) overview.choices[0].next = to
  }
  const missing = (to: string) => {
    for (const item of items) item.missing = to
    for (const choice of last?.choices ?? []) if (choice.missing) choice.next = to
  }
  links.add(section.text('complete'), complete)
  links.add(section.text('missing'), missing, 'missing')
  return overview ? [overview, ...items] : items
}

function readEach({ section, id, path, reading }: StepSource): Item[] {
  const items = takeMap(reading, section, 'items', path)
  const names = items?.keys() ?? []
  const read = names.map((name, place): Item | undefined => {
    const item = takeMap(reading, items, name, `${path}.${name}`)?.expect(
      ['name', 'ask', 'choices'],
      ['note', 'image', 'unsure', 'agent'],
    )
    if (!item) return undefined
    checkId(reading, name, item.place, true)
    const at = `${path}.${name}`
    const next = names[place + 1]
    const choices = readItemChoices(item, at, reading)
    for (const choice of choices) choice.next = next ? `${id}/${next}` : ''
    return {
      kind: 'item',
      id: `${id}/${name}`,
      checklist: id,
      number: place + 1,
      total: names.length,
      name: takeText(reading, item, 'name', 'name', `${at}.name`) ?? '',
      ...readAsked(item, at, reading),
      choices,
      complete: '',
      missing: '',
    }
  })
  return read.filter((item) => item !== undefined)
}

type Asked = ReturnType<typeof readAsked>

function readOverview(source: StepSource, asked: Asked, items: Item[]): Overview {
  const choices = ['all', 'each'].map((choice) => readOverviewChoice(source, choice))
  if (choices[1]) choices[1].next = items[0]?.id ?? ''
  source.reading.offers.push(choices.map((choice) => choice.say))
  return { kind: 'overview', id: source.id, ...asked, items: items.map((item) => item.name), choices }
}

/** `all: 3つともあります`, or with phrases: `all: { say: …, phrases: […] }`. */
function readOverviewChoice({ section, path, reading }: StepSource, id: string): Choice {
  const say: Text = `${path}.${id}`
  const saying: Section | undefined = section.isMap(id)
    ? section.map(id)?.expect(['say'], ['phrases'])
    : undefined
  if (saying) takeText(reading, saying, 'say', 'say', say)
  else takeText(reading, section, id, 'say', say)
  const phrases = saying ? takePhrases(reading, saying, say) : { ja: [], en: [] }
  reading.phrases.set(say, phrases)
  return { id, say, phrases, next: '' }
}
