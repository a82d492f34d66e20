import { expect } from 'chai'
import { buttons, Mind } from '../support/mind.ts'

describe('a free question', () => {
  const mind = new Mind()

  it('is kept when there is no answer', async () => {
    const { question } = await mind.says(undefined, '今日の天気は？')
    expect(question).to.deep.equal({ text: '今日の天気は？', locale: 'ja', kind: 'nothing' })
  })

  it('waits when questions are offered, and is kept when none of them was meant', async () => {
    const offered = await mind.says(undefined, '証明書を引っ越しさせたいです')
    expect(offered.question).to.deep.equal({ text: '証明書を引っ越しさせたいです', locale: 'ja' })
    const none = buttons(offered).at(-1)?.value
    expect((await mind.presses(offered.state, none)).question).to.deep.equal({ locale: 'ja', kind: 'none' })
  })

  it('is kept when the answer did not help, and not when it did', async () => {
    const answered = await mind.says(undefined, '電子証明書とは何ですか？')
    const [yes, no] = buttons(answered)
    expect((await mind.presses(answered.state, no?.value)).question?.kind).to.equal('unhelpful')
    expect((await mind.presses(answered.state, yes?.value)).question).to.equal(undefined)
  })

  it('is not what a goodbye is: it is answered and nothing is asked', async () => {
    const { said, question, trace } = await mind.says(undefined, 'さようなら')
    expect(trace.faq).to.equal('goodbye')
    expect(said).to.have.length(1)
    expect(question).to.equal(undefined)
  })

  it('is never kept with a secret in it', async () => {
    const masked = { type: 'message', text: '暗証番号は••••です', channelData: { masked: true } }
    expect((await mind.hear(undefined, masked)).question).to.equal(undefined)
  })
})
