import { expect } from 'chai'
import fc from 'fast-check'
import type { Activity } from '../../web/chat/activity.ts'
import { Transcript } from '../../web/chat/transcript.ts'

function message(place: number, from: 'bot' | 'user' = 'bot', clientActivityID?: string): Activity {
  const id = `c|${String(place).padStart(7, '0')}`
  const mine = clientActivityID ? { clientActivityID } : {}
  return { id, type: 'message', from, text: `${place}`, choices: [], ...mine }
}

function letter(id: string, text: string, displayText?: string) {
  return {
    id,
    activity: { type: 'message' as const, text, locale: 'ja', ...(displayText ? { displayText } : {}) },
  }
}

function texts(transcript: Transcript): string[] {
  return transcript.entries.map(({ activity }) => activity.text)
}

describe('the transcript', () => {
  it('puts what the server says in its order, whatever order it comes in, and each once', () => {
    const places = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 })
    fc.assert(
      fc.property(places, places, (some, again) => {
        const transcript = new Transcript()
        for (const place of [...some, ...again]) transcript.receive(message(place))
        const all = [...new Set([...some, ...again])].sort((a, b) => a - b)
        expect(texts(transcript)).to.deep.equal(all.map(String))
      }),
    )
  })

  it('keeps what is on its way at the end', () => {
    const transcript = new Transcript()
    transcript.deliver(letter('a', 'mine'), 'pending')
    transcript.receive(message(1))
    expect(texts(transcript)).to.deep.equal(['1', 'mine'])
  })

  it('gives a sent message its place when the server names it before the stream does', () => {
    const transcript = new Transcript()
    transcript.deliver(letter('a', 'mine'), 'pending')
    transcript.deliver(letter('a', 'mine'), 'sent', 'c|0000002')
    transcript.receive(message(3))
    transcript.receive(message(1))
    expect(texts(transcript)).to.deep.equal(['1', 'mine', '3'])
  })

  it('knows its own message again in the echo, and shows what the server has kept of it', () => {
    const transcript = new Transcript()
    transcript.deliver(letter('a', 'PINは1234'), 'pending')
    transcript.receive({ ...message(1, 'user', 'a'), text: 'PINは●●●●' })
    transcript.deliver(letter('a', 'PINは1234'), 'sent', 'c|0000001')
    expect(texts(transcript)).to.deep.equal(['PINは●●●●'])
    expect(transcript.entries[0]?.delivery).to.equal('sent')
  })

  it('shows the words of a pressed button and not what the button sends', () => {
    const transcript = new Transcript()
    transcript.deliver(letter('a', 'role:user', '利用者'), 'pending')
    transcript.receive({ ...message(1, 'user', 'a'), text: 'role:user' })
    expect(texts(transcript)).to.deep.equal(['利用者'])
  })

  it('shows a message that another tab has sent', () => {
    const transcript = new Transcript()
    transcript.receive(message(1, 'user', 'elsewhere'))
    expect(texts(transcript)).to.deep.equal(['1'])
  })

  it('keeps one key for a message from first sight to last', () => {
    const transcript = new Transcript()
    const key = transcript.deliver(letter('a', 'mine'), 'pending').key
    transcript.deliver(letter('a', 'mine'), 'sent', 'c|0000001')
    expect(transcript.receive(message(1, 'user', 'a')).key).to.equal(key)
  })
})
