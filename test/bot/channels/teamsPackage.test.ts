import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import draft04 from 'ajv-draft-04'
import formats from 'ajv-formats'
import { expect } from 'chai'
import { strFromU8, unzipSync } from 'fflate'
import { TeamsPackageError, teamsPackage } from '../../../bot/channels/teamsPackage.ts'
import { createWords } from '../../../locales/index.ts'
import { chat } from '../../support/chat.ts'

const root = join(import.meta.dirname, '../../..')
const appId = '11111111-2222-3333-4444-555555555555'
const page = 'https://www.bank.example/'
const app = {
  appId,
  version: '1.2.3',
  bankName: '大阪シティ信用金庫',
  publicUrl: 'https://chat.bank.example',
  website: page,
  privacy: `${page}privacy`,
  terms: `${page}terms`,
}

function wordsFor(service: string) {
  const bank = { name: app.bankName, service }
  return createWords({ dir: join(root, 'locales'), sentences: {}, bank })
}

/** Microsoft's own schema of this version, from its npm package. */
function schema(name: string) {
  const require = createRequire(import.meta.url)
  const folder = join(require.resolve('@microsoft/app-manifest'), '../json-schemas/teams/v1.30')
  // Its patterns are of before the flag `u`.
  const ajv = new draft04.default({ strict: false, allErrors: true, unicodeRegExp: false })
  formats.default(ajv)
  return ajv.compile(JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** Width, height, bits a channel and kind of colour of a PNG (https://www.w3.org/TR/png-3/#11IHDR). */
function head(png: Uint8Array): number[] {
  const bytes = Buffer.from(png)
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24] as number, bytes[25] as number]
}

/** The pixels of a PNG of 8 bits and with transparency, each as red, green, blue and alpha. */
function pixels(png: Uint8Array): number[][] {
  const bytes = Buffer.from(png)
  const packed: Buffer[] = []
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      packed.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)))
  const rows = unfiltered(inflateSync(Buffer.concat(packed)), bytes.readUInt32BE(16) * 4)
  return rows.flatMap((row) => Array.from({ length: row.length / 4 }, (_, i) => row.slice(i * 4, i * 4 + 4)))
}

/** https://www.w3.org/TR/png-3/#9Filter-types */
function unfiltered(data: Buffer, stride: number): number[][] {
  const rows: number[][] = []
  for (let at = 0; at < data.length; at += stride + 1) {
    const above = rows.at(-1) ?? new Array<number>(stride).fill(0)
    const row: number[] = []
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [row[i - 4] ?? 0, above[i] ?? 0, above[i - 4] ?? 0]
      const far = (value: number) => Math.abs(a + b - c - value)
      const paeth = [a, b, c].reduce((best, one) => (far(one) < far(best) ? one : best))
      const guess = [0, a, b, (a + b) >> 1, paeth][data[at] ?? 0] ?? 0
      row.push(((data[at + 1 + i] ?? 0) + guess) & 255)
    }
    rows.push(row)
  }
  return rows
}

describe('the app package of Teams', function () {
  this.timeout(300_000)

  const files = () => unzipSync(teamsPackage(app, wordsFor('シティ信金ビジネスダイレクト')))
  const json = (name: string) => JSON.parse(strFromU8(files()[name] as Uint8Array))

  it('is a ZIP of a manifest, a translation and two icons, all at its top', () => {
    expect(Object.keys(files())).to.have.members(['manifest.json', 'en.json', 'color.png', 'outline.png'])
    expect(teamsPackage(app, wordsFor('a'))).to.deep.equal(teamsPackage(app, wordsFor('a')))
  })

  it("has a manifest and a translation that Microsoft's own schemas take", () => {
    for (const [file, name] of [
      ['manifest.json', 'MicrosoftTeams.schema.json'],
      ['en.json', 'MicrosoftTeams.Localization.schema.json'],
    ] as const) {
      const check = schema(name)
      check(json(file))
      expect(check.errors, file).to.equal(null)
      expect(check({ ...json(file), surprise: 1 }), `${file} with a surprise`).to.equal(false)
    }
  })

  it('names the bot, the address and the three places where it can be talked to', () => {
    const { id, version, bots, validDomains, developer, icons, localizationInfo } = json('manifest.json')
    expect([id, version, bots[0].botId]).to.deep.equal([appId, '1.2.3', appId])
    expect(bots[0].scopes).to.have.members(['personal', 'team', 'groupChat'])
    expect(bots[0].commandLists[0].scopes).to.have.members(bots[0].scopes)
    expect(validDomains).to.deep.equal(['chat.bank.example'])
    expect(developer).to.include({ name: app.bankName, privacyUrl: app.privacy, termsOfUseUrl: app.terms })
    for (const file of [icons.color, icons.outline, localizationInfo.additionalLanguages[0].file])
      expect(files()).to.have.property(file)
  })

  it('says all of it in both languages', () => {
    const [manifest, en] = [json('manifest.json'), json('en.json')]
    const { commands } = manifest.bots[0].commandLists[0]
    expect(commands).to.have.length.within(1, 10)
    for (const [i, { title, description }] of commands.entries()) {
      const place = `bots[0].commandLists[0].commands[${i}]`
      expect(en[`${place}.title`]).to.not.equal(title)
      expect(en[`${place}.description`]).to.not.equal(description)
    }
    expect(manifest.name.short).to.match(/ヘルプ/)
    expect(en['name.short']).to.match(/help/)
    expect(manifest.localizationInfo.defaultLanguageTag).to.equal('ja')
  })

  it('offers commands that the bot understands, in both languages', async () => {
    const titles = {
      ja: json('manifest.json').bots[0].commandLists[0].commands.map(({ title }: { title: string }) => title),
      en: Object.entries(json('en.json'))
        .filter(([key]) => key.endsWith('.title'))
        .map(([, title]) => title),
    }
    const answers: Record<'ja' | 'en', RegExp[]> = {
      ja: [
        /ロックされたのはどなたですか/,
        /ロックされたのは/,
        /ロックされたのは/,
        /ロックされたのは/,
        /担当者/,
        /Who is locked out/,
      ],
      en: [/Who is locked out/, /Who is/, /Who is/, /Who is/, /person/, /ロックされたのはどなたですか/],
    }
    for (const locale of ['ja', 'en'] as const)
      for (const [i, title] of titles[locale].entries()) {
        const start = titles[locale][0]
        await chat({ locale })
          .user(start)
          .user(title)
          .bot(answers[locale][i] as RegExp)
      }
  })

  it('has a colour icon of 192 × 192 and an outline of 32 × 32 that is white on nothing', () => {
    const { 'color.png': color, 'outline.png': outline } = files()
    expect(head(color as Uint8Array).slice(0, 2)).to.deep.equal([192, 192])
    expect(head(outline as Uint8Array)).to.deep.equal([32, 32, 8, 6])
    const drawn = pixels(outline as Uint8Array).filter(([, , , alpha]) => (alpha ?? 0) > 0)
    expect(drawn.length).to.be.within(100, 500)
    for (const [red, green, blue] of drawn) expect([red, green, blue]).to.deep.equal([255, 255, 255])
  })

  it('is refused with every mend at once when a setting is missing or a name too long', () => {
    const make =
      (more: object, service = 'a') =>
      () =>
        teamsPackage({ ...app, ...more }, wordsFor(service))
    expect(make({ appId: '' })).to.throw(TeamsPackageError, /MicrosoftAppId is not set/)
    expect(make({ appId: 'x', version: '1', publicUrl: 'http://a.example' })).to.throw(
      /MicrosoftAppId is "x".*\n.*--version is "1".*\n.*PUBLIC_URL is "http:\/\/a.example"/,
    )
    expect(make({ privacy: 'http://a.example' })).to.throw(/--privacy is "http:\/\/a.example"/)
    expect(make({}, '長'.repeat(27))).to.throw(
      /app.name in locales\/ja\/teams.yaml is ".*" *; Teams takes 30 .* not 31/,
    )
    expect(make({ bankName: '長'.repeat(33) })).to.throw(/The name of the bank is/)
  })

  describe('npm run teams:package', () => {
    const run = (env: Record<string, string>, ...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'bot/teamsPackageCommand.ts'), ...args], {
        env: { PATH: process.env.PATH, ...env },
        encoding: 'utf8',
      })

    it('writes the package of the settings, and says what is still to be given', () => {
      const dir = mkdtempSync(join(tmpdir(), 'kaijo-package-'))
      const file = join(dir, 'kaijo-teams.zip')
      const env = { MicrosoftAppId: appId, PUBLIC_URL: app.publicUrl, MicrosoftAppPassword: 'hunter2' }
      const { status, stdout } = run(env, '--out', file, '--terms', app.terms)
      const manifest = JSON.parse(strFromU8(unzipSync(readFileSync(file))['manifest.json'] as Uint8Array))
      rmSync(dir, { recursive: true })
      expect(status).to.equal(0)
      expect(stdout)
        .to.match(/--privacy was not given/)
        .and.not.match(/--terms|hunter2/)
      expect(manifest.bots[0].botId).to.equal(appId)
      expect(manifest.developer).to.include({ privacyUrl: app.publicUrl, termsOfUseUrl: app.terms })
    })

    it('ends with 1 and names every setting that is missing', () => {
      const { status, stderr } = run({})
      expect(status).to.equal(1)
      expect(stderr).to.match(/MicrosoftAppId is not set.*\nPUBLIC_URL is not set/)
    })
  })
})
