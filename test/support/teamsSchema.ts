import { z } from 'zod'

/**
 * The part of the Adaptive Cards 1.5 schema that Teams draws and that Kaijo uses, strictly: no other element, property or
 * value. (Microsoft's schema is in no npm package; what Microsoft does publish is in microsoftCards.ts.)
 */
const look = {
  spacing: z.enum(['None', 'Small', 'Default', 'Medium', 'Large']).optional(),
  separator: z.boolean().optional(),
}
const textBlock = z.strictObject({
  type: z.literal('TextBlock'),
  text: z.string().min(1),
  wrap: z.literal(true),
  size: z.enum(['Small', 'Default', 'Medium', 'Large']).optional(),
  weight: z.enum(['Lighter', 'Default', 'Bolder']).optional(),
  isSubtle: z.boolean().optional(),
  ...look,
})
const fact = z.strictObject({ title: z.string().min(1), value: z.string().min(1) })
const factSet = z.strictObject({ type: z.literal('FactSet'), facts: z.array(fact).min(1), ...look })
const container = z.strictObject({
  type: z.literal('Container'),
  style: z.enum(['default', 'emphasis']).optional(),
  items: z.array(textBlock).min(1),
  ...look,
})
const cell = z.strictObject({ type: z.literal('TableCell'), items: z.array(textBlock).min(1) })
const row = z.strictObject({ type: z.literal('TableRow'), cells: z.array(cell).min(1) })
const table = z.strictObject({
  type: z.literal('Table'),
  columns: z.array(z.strictObject({ width: z.number() })).min(1),
  rows: z.array(row).min(1),
  ...look,
})
const style = z.literal('positive').optional()
const id = z.string().max(120)
const value = {
  run: id.optional(),
  step: id.optional(),
  choice: id.optional(),
  do: id.optional(),
  faq: id.optional(),
  card: z.string().regex(/^\d+$/).optional(),
}
const title = z.string().min(1).max(100)
const messageBack = z.strictObject({
  type: z.literal('messageBack'),
  displayText: title,
  text: title,
  value: z.strictObject(value),
})
const submit = z.strictObject({
  type: z.literal('Action.Submit'),
  title,
  data: z.strictObject({ ...value, msteams: messageBack }),
  style,
})
const execute = z.strictObject({
  type: z.literal('Action.Execute'),
  title,
  verb: z.literal('press'),
  data: z.strictObject(value),
  style,
  fallback: submit,
})
const openUrl = z.strictObject({ type: z.literal('Action.OpenUrl'), title, url: z.url() })
/** Teams shows six actions in a set and hides the others. */
const actionSet = z.strictObject({
  type: z.literal('ActionSet'),
  actions: z
    .array(z.discriminatedUnion('type', [execute, openUrl]))
    .min(1)
    .max(6),
})

/** A card as Teams gets it. */
export const cardSchema = z.strictObject({
  type: z.literal('AdaptiveCard'),
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  version: z.literal('1.5'),
  lang: z.enum(['ja', 'en']),
  fallbackText: z.string().min(1),
  body: z.array(z.discriminatedUnion('type', [textBlock, factSet, container, table, actionSet])).min(1),
})

const card = z.strictObject({
  contentType: z.literal('application/vnd.microsoft.card.adaptive'),
  content: cardSchema,
})

/** A message as Teams gets it: a card, or text, never both. */
export const messageSchema = z.union([
  z.strictObject({
    type: z.literal('message'),
    locale: z.enum(['ja', 'en']).optional(),
    summary: z.string(),
    attachments: z.array(card).length(1),
  }),
  z.strictObject({
    type: z.literal('message'),
    locale: z.enum(['ja', 'en']).optional(),
    text: z.string().min(1),
    textFormat: z.literal('plain'),
  }),
])
