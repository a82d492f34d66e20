import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type BadBank, startBadBank } from '../../support/badBank.ts'
import type { Street } from '../../support/channelCustomers.ts'
import { Deployment, without } from '../../support/deploy.ts'
import { runKaijo } from '../../support/kaijo.ts'
import { standInForLine } from '../../support/lineStandIn.ts'
import { type Button, type Tapper, tappers } from '../../support/tapper.ts'
import { TeamsStandIn } from '../../support/teamsStandIn.ts'
import { until } from '../../support/until.ts'

const flow = 'content/flows/service-suspended.yaml'
const locked = 'サービスがご利用できなくなりましたと出てログオンできません'
const toStepOne = ['利用者', '3つともあります', 'わかります']
const toStepThree = [...toStepOne, 'できた・次へ', 'できた・次へ']
const atStepTwo = [
  ['role', 'user'],
  ['at-hand', 'all'],
  ['user-pin', 'known'],
  ['unlock/open', 'done'],
  ['unlock/certificate', undefined],
]
const renewed = 'ご案内の内容が新しくなりました'

describe('an old button', function () {
  this.timeout(300_000)
  let street: Street
  let bank: BadBank
  let deployment: Deployment
  let original: string

  before(async () => {
    deployment = new Deployment()
    original = readFileSync(join(deployment.dir, flow), 'utf8')
    bank = await startBadBank()
    const [line, teams] = [await standInForLine(), await TeamsStandIn.start()]
    const env = { ...line.env, ...teams.env, ...bank.env, CONTENT_DIR: deployment.contentDir }
    street = { line, teams, kaijo: await runKaijo(env) }
  })
  after(async () => {
    await street.kaijo.end()
    await street.teams.close()
    expect(street.line.invalid).to.deep.equal([])
    await street.line.end()
    await bank.close()
    deployment.end()
  })
  afterEach(async () => {
    if (readFileSync(join(deployment.dir, flow), 'utf8') !== original) await edit(() => original)
  })

  /** A writer saves the guide, and it takes effect while customers stand in it. */
  async function edit(change: (yaml: string) => string): Promise<void> {
    const before = street.kaijo.live.content()
    deployment.edit(flow, change)
    await until(() => street.kaijo.live.content() !== before)
  }

  interface Walk {
    channel: string
    one: Tapper
    /** All that was tapped so far, in order. */
    kept: Button[]
  }

  /** A customer of each channel taps these one after another. */
  async function walk(
    titles: readonly string[],
    locale: 'ja' | 'en' = 'ja',
    first = locked,
  ): Promise<Walk[]> {
    return Promise.all(
      Object.entries(tappers).map(async ([channel, arrive]) => {
        const one = arrive(street, locale)
        const kept: Button[] = []
        await one.says(first)
        for (const title of titles) {
          kept.push(one.keeps(title))
          await one.taps(kept.at(-1) as Button)
        }
        return { channel, one, kept }
      }),
    )
  }

  /** Each of these shows this, and neither the place nor any answer is another one afterwards. */
  async function stays({ one, channel }: Walk, shown: string, ...buttons: Button[]): Promise<void> {
    const before = await one.run()
    for (const button of buttons) {
      expect(await one.taps(button), channel).to.include(shown)
      const { path, outcome } = (await one.run()) ?? {}
      expect({ path, outcome }, channel).to.deep.equal({ path: before?.path, outcome: before?.outcome })
    }
  }

  async function answersOf({ one }: Walk): Promise<(string | undefined)[][] | undefined> {
    return (await one.run())?.path.map(({ step, answer }) => [step, answer])
  }

  it('shows the current step, from whichever step it is', async () => {
    for (const at of await walk(toStepThree)) await stays(at, '手順 3 / 6', ...at.kept, ...at.kept)
  })

  it('shows the current step in English', async () => {
    const titles = ['A user', 'I have all three', 'The user knows it', 'Done, next']
    for (const at of await walk(titles, 'en', 'I cannot log on')) await stays(at, 'Step 2 of 6', ...at.kept)
  })

  it('advances once when it is tapped ten times at the same instant', async () => {
    for (const at of await walk(toStepOne)) {
      const done = at.one.keeps('できた・次へ')
      await at.one.taps(...Array.from({ length: 10 }, () => done))
      expect(await answersOf(at), at.channel).to.deep.equal(atStepTwo)
    }
  })

  it('shows the current step when it asks for help with an earlier one, or to go back from there', async () => {
    for (const at of await walk(toStepOne)) {
      const old = [at.one.keeps('うまくいかない'), at.one.keeps('戻る')]
      await at.one.taps(at.one.keeps('できた・次へ'))
      await stays(at, '手順 2 / 6', ...old)
    }
  })

  it('goes back to its question when it is another answer, and answers nothing', async () => {
    for (const at of await walk([])) {
      const other = at.one.keeps('管理者')
      for (const title of toStepOne) await at.one.taps(at.one.keeps(title))
      expect(await at.one.taps(other), at.channel).to.include('ロックされたのはどなたですか')
      expect(await answersOf(at), at.channel).to.deep.equal([['role', undefined]])
    }
  })

  it('does nothing in the next walk through the guide', async () => {
    for (const at of await walk(toStepThree)) {
      await at.one.says('最初からやり直す')
      await stays(at, 'ロックされたのはどなたですか', ...at.kept)
    }
  })

  it('shows the outcome when the guide has ended', async () => {
    for (const at of await walk(['管理者', 'ロックされました', 'あります', '使えます'])) {
      expect((await at.one.run())?.outcome).to.be.a('string')
      await stays(at, '暗証番号閉塞解除依頼書', ...at.kept)
    }
  })

  it('shows the current step, with its new number, when a step was put in before it', async () => {
    const all = await walk(toStepThree)
    const wait = '      wait:\n        do: 画面が開くまで、少しお待ちください。\n        symptoms: []\n\n'
    const current = all.map(({ one }) => one.keeps('できた・次へ'))
    await edit((yaml) => yaml.replace('\n      certificate:\n', `\n${wait}      certificate:\n`))
    for (const [i, at] of all.entries()) {
      await stays(at, '手順 4 / 7', ...at.kept)
      const button = current[i] as Button
      await at.one.taps(button, button)
      await stays(at, '手順 5 / 7', button, ...at.kept)
    }
  })

  const withoutStepThree = (yaml: string) => {
    const cut = without(yaml, '      pin:')
    return without(cut, '  user-pin-logon:').replace('next: user-pin-logon', 'next: user-pin-guide-ends')
  }

  it('apologizes and shows the step before, once, when its own step was removed', async () => {
    const all = await walk(toStepThree)
    const old = all.map(({ one }) =>
      ['できた・次へ', 'うまくいかない', '戻る'].map((title) => one.keeps(title)),
    )
    await edit(withoutStepThree)
    for (const [i, at] of all.entries()) {
      const [done, ...others] = old[i] as [Button, ...Button[]]
      const shown = await at.one.taps(done)
      expect(shown, at.channel).to.include(renewed)
      expect(shown.match(/手順 2 \/ 5/g), at.channel).to.have.length(1)
      expect(await answersOf(at), at.channel).to.deep.equal(atStepTwo)
      await stays(at, '手順 2 / 5', done, ...others, ...at.kept.slice(0, -1))
      expect(await at.one.taps(at.one.keeps('できた・次へ')), at.channel).to.include('手順 3 / 5')
    }
  })

  /** What customers at a step that is gone may do first, before they have seen that it is. */
  const first: Record<string, (at: Walk) => () => Promise<string>> = {}
  for (const title of ['できた・次へ', 'うまくいかない', '戻る']) {
    first[`taps "${title}" twice at the same instant`] = ({ one }) => {
      const button = one.keeps(title)
      return () => one.taps(button, button)
    }
  }
  first['taps the button of the step that is shown instead'] =
    ({ one, kept }) =>
    () =>
      one.taps(kept.at(-1) as Button)
  for (const words of ['できた', 'いいえ'])
    first[`writes ${words}`] =
      ({ one }) =>
      () =>
        one.says(words)

  it('moves nobody whose step was removed, whatever they do before they have seen it', async () => {
    const deeds = Object.entries(first)
    const all: [name: string, at: Walk, act: () => Promise<string>][] = []
    for (const [name, prepare] of deeds)
      for (const at of await walk(toStepThree)) all.push([name, at, prepare(at)])
    await edit(withoutStepThree)
    for (const [name, at, act] of all) {
      expect(await act(), `${name} in ${at.channel}`)
        .to.include(renewed)
        .and.include('手順 2 / 5')
      expect(await answersOf(at), `${name} in ${at.channel}`).to.deep.equal(atStepTwo)
    }
  })

  it('moves nobody whose step was removed when it is another answer to a question of before', async () => {
    const all = await walk([])
    const other = all.map(({ one }) => one.keeps('管理者'))
    for (const { one } of all) for (const title of toStepThree) await one.taps(one.keeps(title))
    await edit(withoutStepThree)
    for (const [i, at] of all.entries()) {
      expect(await at.one.taps(other[i] as Button), at.channel)
        .to.include(renewed)
        .and.include('手順 2 / 5')
      expect(await answersOf(at), at.channel).to.deep.equal(atStepTwo)
    }
  })

  it('still answers when only its words are other ones now', async () => {
    const all = await walk(toStepOne.slice(0, 2))
    const known = all.map(({ one }) => one.keeps('わかります'))
    await edit((yaml) => yaml.replace('id: known, say: わかります', 'id: known, say: 覚えています'))
    for (const [i, at] of all.entries()) {
      await at.one.taps(known[i] as Button, known[i] as Button)
      expect(await answersOf(at), at.channel).to.deep.equal([
        ...atStepTwo.slice(0, 3),
        ['unlock/open', undefined],
      ])
    }
  })

  it('shows its question with the new answers when it is none of them any more', async () => {
    const all = await walk(toStepOne.slice(0, 2))
    const known = all.map(({ one }) => one.keeps('わかります'))
    await edit((yaml) => yaml.replace('id: known, say: わかります', 'id: remembered, say: 覚えています'))
    for (const [i, at] of all.entries()) {
      const old = known[i] as Button
      await stays(at, '利用者の暗証番号は、わかりますか', old, old)
      expect(at.one.offers(), at.channel).to.include('覚えています').and.not.include('わかります')
      expect(await at.one.taps(at.one.keeps('覚えています')), at.channel).to.include('手順 1 / 6')
      await stays(at, '手順 1 / 6', old)
    }
  })

  it('shows its question without it when it was removed, and what was answered stays', async () => {
    const all = await walk(['利用者', '1つずつ確認します', '紛失しました'])
    const forgotten = all.map(({ one }) => one.keeps('忘れました'))
    await edit((yaml) => without(yaml, '          - id: forgotten'))
    for (const [i, at] of all.entries()) {
      const old = forgotten[i] as Button
      await stays(at, '管理者の暗証番号は、2つともわかりますか', old, old)
      expect(at.one.offers(), at.channel).not.to.include('忘れました')
      await at.one.taps(at.one.keeps('2つともわかります'))
      await stays(at, '使えますか', old)
      expect(await at.one.taps(at.one.keeps('使えます')), at.channel).to.include('お客様カード再発行依頼書')
    }
  })

  it('shows the current step when the step of an earlier answer was removed', async () => {
    const all = await walk(['利用者', '1つずつ確認します', 'あります', '2つともわかります'])
    await edit((yaml) => without(yaml, '      card:'))
    for (const at of all) await stays(at, '使えますか', ...at.kept)
  })
})
