import { EventFactory } from 'botbuilder'
import type { Activity } from 'botbuilder-core'
import { expect } from 'chai'
import { withTranscripts } from '../../../bot/transcript.ts'
import type { Initiation } from '../../../dialogs/index.ts'
import { agents, deskChat } from '../../support/deskChat.ts'
import { atFirstPart, owner, refused, silence, taken, waiting } from './handedOver.ts'

const minute = 60_000
const { yamada, sato } = agents

describe('a conversation that is handed over', () => {
  it('goes to a person, and back to the bot at the step where it stopped', async () => {
    const chat = deskChat()
    await chat
      .user('ログオンできない')
      .user('利用者')
      .user('担当者に相談する')
      .bot('担当者におつなぎします', 'ただいま1番目です')
      .offers('待つのをやめる')
      .user('急いでいます')
      .bot('担当者にお伝えします')
      .user('お願いします')
      .also(silence)
      .agent((desk, press) => desk.take(press()))
      .bot('担当者の山田が対応します。')
      .user('できた')
      .also(silence)
      .agent((desk, press) => desk.send({ ...press(), text: 'お手元のカードをご確認ください。' }))
      .bot('お手元のカードをご確認ください。')
      .agent((desk, press) => desk.return(press()))
      .bot('自動のご案内に戻ります', '次の3つがお手元にあるか')
    expect(await chat.store.conversation(chat.conversation)).to.deep.include({ owner: 'bot', agent: null })
    expect((await chat.store.handoffs(chat))[0]).to.deep.include({ how: 'returned', agent: yamada.id })
  })

  it('begins with whatever means the wish for a person, in both languages, at a step and outside', async () => {
    for (const [locale, wish] of [
      ['ja', 'オペレーターにつないでください'],
      ['ja', '人間に代わってください'],
      ['en', 'a person please'],
      ['en', 'can you connect me to your staff'],
    ] as const) {
      const queued = locale === 'ja' ? 'ただいま1番目です' : 'number 1'
      await deskChat({ locale }).types(wish).bot(queued)
      await deskChat({ locale })
        .user(locale === 'ja' ? 'ログオンできない' : 'I cannot log on')
        .types(wish)
        .bot(queued)
    }
  })

  it('brings the agent who, what is at hand, where and why, in three lines, in both languages', async () => {
    const chat = deskChat()
    await atFirstPart(chat)
      .user('うまくいかない')
      .user('「管理者ログオン」が見つからない')
      .user('担当者に相談する')
    const [handoff] = await chat.store.handoffs(chat)
    const { summary, summaries, flow, answers } = handoff!.summary as Initiation
    expect(flow).to.equal('service-suspended')
    expect(answers[0]).to.deep.equal({ step: 'role', answer: 'user' })
    expect(summary).to.deep.equal(summaries.ja)
    expect(summary).to.deep.equal([
      'ご相談：「サービスがご利用できなくなりました」と表示され、ログオンできない、利用者',
      'お手元：3つともあります、利用者の暗証番号は、わかりますか？ わかります',
      '今の手順：利用者のロック解除 手順 1 / 6（「管理者ログオン」が見つからない）',
    ])
    expect(summaries.en.join('\n')).to.match(/^About: .*\nAt hand: .*\nStep: .*Step 1 of \d/)
  })

  it('has the events of Bot Framework in its log, with the transcript, and none of them among its messages', async () => {
    const chat = taken()
    await chat.agent((desk, press) => desk.return(press()))
    const stored = await chat.store.activities(chat.conversation, 0, 100)
    // A copy that is stored would outlive what the customer takes back.
    expect(stored.filter(({ activity }) => activity.name && activity.attachments)).to.deep.equal([])
    const log = (await withTranscripts(chat.store, chat.conversation, stored)).map(({ activity }) => activity)
    const events = log.filter(({ type }) => type === 'event')
    expect(events.map(({ name, value }) => value.state ?? name)).to.deep.equal([
      'handoff.initiate',
      'accepted',
      'completed',
    ])
    const [initiate, accepted] = events as [Partial<Activity>, Partial<Activity>]
    const transcript = initiate.attachments?.[0]?.content.activities as Partial<Activity>[]
    expect(transcript.map(({ text }) => text)).to.include.members([
      'ログオンできない',
      '利用者',
      '担当者に相談する',
    ])
    const conversation = initiate.conversation as Activity['conversation']
    const activity = { conversation, from: initiate.from, channelId: 'test', id: '1' }
    const theirs = EventFactory.createHandoffInitiation({ activity } as never, initiate.value, {
      activities: [],
    })
    expect(initiate).to.include.keys(
      'name',
      'value',
      'conversation',
      'from',
      'channelId',
      'timestamp',
      'attachments',
    )
    expect(theirs.name).to.equal(initiate.name)
    const { content: _, ...attachment } = initiate.attachments![0]!
    expect(theirs.attachments![0]).to.deep.include(attachment)
    const status = EventFactory.createHandoffStatus(conversation, 'accepted', '')
    expect([accepted.type, accepted.name, accepted.value.state]).to.deep.equal([
      status.type,
      status.name,
      status.value.state,
    ])
  })

  it('has nothing in its transcript that the customer has taken back', async () => {
    const chat = deskChat()
      .user('ログオンできない')
      .user('ひみつのことば')
      .user('担当者')
      .user('急いでいます')
    await chat.agent((desk, press) => desk.take(press()))
    const read = async () => {
      const log = await chat.store.activities(chat.conversation, 0, 100)
      return { log, all: JSON.stringify(await withTranscripts(chat.store, chat.conversation, log)) }
    }
    const { log, all } = await read()
    expect(all.split('ひみつのことば')).to.have.lengthOf(3)
    const taken = log.find(({ activity }) => activity.text === 'ひみつのことば')
    await chat.store.erase(chat.conversation, taken?.activity.id as string)
    expect((await read()).all).not.to.include('ひみつのことば')
  })

  it('lets the customer stop waiting, by the button or in words, and asks the step again', async () => {
    for (const words of ['待つのをやめる', 'キャンセル']) {
      const chat = waiting()
      await chat.user(words).bot('取りやめました', '次の3つがお手元にあるか')
      expect(await owner(chat)).to.equal('bot')
      expect((await chat.store.handoffs(chat))[0]).to.deep.include({ how: 'cancelled' })
      expect(
        await refused(chat.desk.take({ conversation: chat.conversation, agent: yamada, key: 'k' })),
      ).to.equal('409 NotWaiting')
    }
  })

  it('shows an old button of the waiting to do nothing once the waiting is over', async () => {
    const chat = waiting()
    await chat.user('待つのをやめる').presses({ do: 'stopWaiting' }).bot('次の3つがお手元にあるか')
    expect(await owner(chat)).to.equal('bot')
  })

  it('tells a customer who waits where buttons of the guide lead: to the person, or out of the waiting', async () => {
    const chat = waiting()
    await chat
      .presses({ run: '1', step: 'service-suspended/at-hand', choice: 'all' })
      .bot('ただいま1番目です')
      .offers('待つのをやめる')
      .presses({ do: 'back' })
      .offers('待つのをやめる')
    expect((await chat.state()).run?.path.at(-1)?.step).to.equal('at-hand')
  })

  it('speaks the language that a customer who waits asks for', async () => {
    const chat = waiting()
    await chat.event('setLocale', 'en').bot('We go on in English', 'number 1 in line').offers('Stop waiting')
    await chat.types('日本語').bot('日本語でご案内します', 'ただいま1番目です')
  })

  it('warns a customer who writes a secret while waiting, and keeps it nowhere', async () => {
    const chat = waiting()
    await chat.user('暗証番号は9876です').bot('記録せずに消しました').offers('待つのをやめる')
    const log = JSON.stringify(await chat.store.activities(chat.conversation, 0, 100))
    expect(log).not.to.include('9876')
  })

  it('counts those who came before', async () => {
    const first = waiting()
    await first.later(1)
    const second = deskChat({ beside: first })
    await second.user('担当者').bot('ただいま2番目です')
    await first.user('やめる')
    await second.user('まだですか').bot('ただいま1番目です')
  })

  it('names the branch, and why, while nobody is at the desk or it is closed', async () => {
    const chat = deskChat()
    chat.presence.gone(yamada.id)
    await chat.user('担当者').bot('対応できる担当者がおりません', 'お取引店にご連絡ください')
    expect(await owner(chat)).to.equal('bot')
    chat.presence.here(yamada.id)
    chat.rules.support = { hours: [], closed: ['2026-11-23'], timezone: 'Asia/Tokyo', waitMinutes: 10 }
    await chat.user('担当者').bot('対応時間外です', 'お取引店にご連絡ください')
    expect(await owner(chat)).to.equal('bot')
  })

  it('offers a person beside the branch where an answer names it, when one is there', () =>
    deskChat().user('覚えのない取引がある').bot('お取引店にご連絡ください').offers('担当者に相談する'))
})

describe('a customer whom nobody takes', () => {
  it('is told so after the time that the bank set, and helped on by the bot', async () => {
    const chat = waiting()
    await chat.later(10 * minute - 1).also(silence)
    await chat.later(1).bot('ただいま担当者が対応できません', 'お取引店', '次の3つがお手元にあるか')
    expect(await owner(chat)).to.equal('bot')
    expect((await chat.store.handoffs(chat))[0]).to.deep.include({ how: 'expired' })
    await chat.later(20 * minute).also(silence)
  })

  it('is told when the desk closes meanwhile', async () => {
    const chat = waiting()
    await chat
    chat.rules.support = { hours: [], closed: ['2026-11-23'], timezone: 'Asia/Tokyo', waitMinutes: 10 }
    await chat.later(1).bot('対応時間が終わりました', '次の3つがお手元にあるか')
    expect(await owner(chat)).to.equal('bot')
  })

  it('keeps the place when the agent who took it is gone, and waits for another one', async () => {
    const chat = taken()
    await chat.later(1)
    const other = deskChat({ beside: chat })
    await other.user('担当者').bot('ただいま1番目です')
    chat.presence.here(yamada.id)
    await chat.later(30_000).also(silence)
    await chat
      .later(2 * minute)
      .bot('接続が切れました', 'ただいま1番目です')
      .offers('待つのをやめる')
    expect(await owner(chat)).to.equal('queue')
    await other.user('まだですか').bot('ただいま2番目です')
    await chat.later(9 * minute).also(silence)
    await chat.later(2 * minute).bot('ただいま担当者が対応できません')
  })

  it('keeps the place when the agent lets go', async () => {
    const chat = taken()
    await chat.agent((desk, press) => desk.release(press())).bot('ただいま1番目です')
    expect(await owner(chat)).to.equal('queue')
    await chat
      .agent((desk, press) => desk.take({ ...press(), agent: sato }))
      .bot('担当者の佐藤が対応します。')
    expect((await chat.store.handoffs(chat))[0]).to.deep.include({ agent: sato.id, endedAt: null })
  })
})
