import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BankProfile } from './bank.ts'
import type { BankDraft } from './bankReader.ts'
import { readBank } from './bankReader.ts'
import type { CannedDraft } from './cannedReader.ts'
import { checkCannedVariables, readCanned } from './cannedReader.ts'
import type { DeskContent } from './deskContent.ts'
import { deskContentOf } from './deskContent.ts'
import type { FaqEntry } from './faq.ts'
import type { FaqDraft } from './faqReader.ts'
import { readFaq } from './faqReader.ts'
import type { Finding } from './finding.ts'
import type { Flow } from './flow.ts'
import type { FlowDraft } from './flowReader.ts'
import { readFlow } from './flowReader.ts'
import { type Lexis, noLexis, readLexis } from './lexis.ts'
import { checkOffers } from './offers.ts'
import type { Reading, Sentence } from './reading.ts'
import { checkName, createReading } from './reading.ts'
import { checkForms, checkPictures, checkStarts } from './references.ts'
import type { Lang } from './report.ts'
import { createReport } from './report.ts'
import type { Shelf } from './shelf.ts'
import { openShelf } from './shelf.ts'
import { checkSameVariables, checkTexts, checkTopics } from './textRules.ts'
import { readTranslations } from './translations.ts'
import { checkWays } from './ways.ts'

/** Everything the writers wrote, ready to be said. */
export interface Content {
  flows: Map<string, Flow>
  faq: Map<string, FaqEntry>
  /** The bank that the bot speaks for. */
  bank: BankProfile
  banks: Map<string, BankProfile>
  /** What the search knows of words. */
  lexis: Lexis
  /** The Japanese sentences by key (without its `flows:` or `faq:`), for `createWords`. */
  sentences: { flows: Record<string, string>; faq: Record<string, string> }
  /** A hash of every file that was read. */
  version: string
}

/** Where the content is, whose it is, and in which language to speak about mistakes (Japanese unless told). */
export interface ContentPlace {
  /** The folder with `flows`, `faq`, `banks` and `pictures`, and perhaps `canned`. */
  dir: string
  /** The folder with `ja` and `en`. */
  localesDir: string
  /** The id of a bank profile. */
  bank: string
  lang?: Lang
}

/** What came of loading: no content when something in it is an error. */
export interface Loaded {
  content?: Content
  /** What only agents see; there whenever the content is. */
  desk?: DeskContent
  /** All of them, by file, line and column. */
  findings: Finding[]
}

/** Reads all content and checks it whole. Throws only when a folder cannot be read at all. */
export function loadContent({ dir, localesDir, bank, lang = 'ja' }: ContentPlace): Loaded {
  const report = createReport(lang)
  const reading = createReading(report)
  const shelf = openShelf(dirname(dir), report)
  const drafts = readDrafts(dir, shelf, reading)
  const lexis = readSynonyms(join(dir, 'synonyms.yaml'), shelf, reading)
  const profiles = new Map([...drafts.banks].map(([id, draft]) => [id, draft.profile]))
  const own = profiles.get(bank)
  const banksFolder = { file: shelf.nameOf(join(dir, 'banks')), line: 1, column: 1 }
  if (!drafts.unread.has('banks')) checkName(reading, 'unknown-bank', bank, profiles.keys(), banksFolder)
  const translations = readTranslations(localesDir, shelf, drafts.unread, reading)
  check(dir, drafts, reading, translations)

  const findings = report.findings.sort(byPlace)
  if (!own || findings.some((finding) => finding.severity === 'error')) return { findings }
  const flows = new Map([...drafts.flows].map(([id, draft]) => [id, draft.flow]))
  const faq = new Map([...drafts.faq].map(([id, draft]) => [id, draft.entry]))
  const sentences = sentencesOf(reading)
  const content = { flows, faq, bank: own, banks: profiles, lexis, sentences, version: shelf.hash() }
  const desk = deskContentOf({ reading, translations, canned: drafts.canned.values() }, own, content.version)
  return { content, desk, findings }
}

function readSynonyms(file: string, shelf: Shelf, reading: Reading): Lexis {
  const source = existsSync(file) ? shelf.file(file) : undefined
  return source ? readLexis(source, reading) : noLexis
}

/** What has been read, before it is checked against each other. */
interface Drafts {
  flows: Map<string, FlowDraft>
  faq: Map<string, FaqDraft>
  canned: Map<string, CannedDraft>
  banks: Map<string, BankDraft>
  /** Folders with a file that could not be read: what it holds is not known, so nothing can be said to be absent. */
  unread: Set<string>
}

function readDrafts(dir: string, shelf: Shelf, reading: Reading): Drafts {
  const drafts: Drafts = {
    flows: new Map(),
    faq: new Map(),
    canned: new Map(),
    banks: new Map(),
    unread: new Set(),
  }
  const each = (folder: string) => {
    const sources = [...shelf.folder(join(dir, folder)).values()]
    if (sources.includes(undefined)) drafts.unread.add(folder)
    return sources.filter((source) => source !== undefined)
  }
  for (const source of each('banks')) {
    const draft = readBank(source, reading)
    if (draft) drafts.banks.set(draft.profile.id, draft)
  }
  for (const source of each('flows')) {
    const draft = readFlow(source, reading)
    if (draft) drafts.flows.set(draft.flow.id, draft)
  }
  for (const source of each('faq')) readFaq(source, reading, drafts.faq)
  for (const source of each('canned')) readCanned(source, reading, drafts.canned)
  return drafts
}

/** Everything that can only be seen when all is read. */
function check(dir: string, drafts: Drafts, reading: Reading, translations: Sentence[]): void {
  const { report, sentences } = reading
  const profiles = [...drafts.banks.values()].map((draft) => draft.profile)
  for (const { flow, places, isWhole } of drafts.flows.values()) if (isWhole) checkWays(flow, places, report)
  checkPictures(join(dir, 'pictures'), reading)
  checkOffers(translations, reading)
  if (!drafts.unread.has('flows')) checkStarts(drafts.faq.values(), drafts.flows, reading)
  if (drafts.unread.has('banks')) return
  checkForms(drafts.banks.values(), reading)
  const canned = [...drafts.canned.values()]
  const sent = canned.flatMap((draft) => draft.sentences)
  checkTexts([...sentences.values(), ...translations, ...sent], profiles, reading)
  for (const draft of canned) checkCannedVariables(draft, profiles, reading)
  checkSameVariables(translations, profiles, reading)
  checkTopics(drafts.faq.values(), translations, profiles, reading)
}

function sentencesOf(reading: Reading): Content['sentences'] {
  const sentences: Content['sentences'] = { flows: {}, faq: {} }
  for (const { key, text } of reading.sentences.values()) {
    if (key.startsWith('flows:')) sentences.flows[key.slice('flows:'.length)] = text
    if (key.startsWith('faq:')) sentences.faq[key.slice('faq:'.length)] = text
  }
  return sentences
}

function byPlace(a: Finding, b: Finding): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column
}
