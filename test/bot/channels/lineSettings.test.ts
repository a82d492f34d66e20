import { expect } from 'chai'
import { type ConfigError, readConfig } from '../../../bot/config.ts'

describe("LINE's settings", () => {
  const both = { LINE_CHANNEL_SECRET: 'new-secret,old-secret', LINE_CHANNEL_ACCESS_TOKEN: 'token' }
  const problemsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      readConfig(environment)
    } catch (error) {
      return (error as ConfigError).problems
    }
    return []
  }

  it('are two at least, with two secrets while one is being changed', () => {
    expect(readConfig({}).line).to.equal(undefined)
    expect(readConfig(both).line).to.deep.equal({
      secrets: ['new-secret', 'old-secret'],
      token: 'token',
      apiUrl: 'https://api.line.me',
    })
    const more = { ...both, LINE_CHANNEL_ID: '1234567890', LINE_API_BASE_URL: 'http://127.0.0.1:8080/' }
    expect(readConfig(more).line).to.include({ channelId: '1234567890', apiUrl: 'http://127.0.0.1:8080' })
  })

  const wrong: [given: Record<string, string>, problem: RegExp][] = [
    [{ LINE_CHANNEL_SECRET: 'a-secret' }, /^LINE_CHANNEL_ACCESS_TOKEN is not set; LINE needs/],
    [{ LINE_CHANNEL_ACCESS_TOKEN: 'token' }, /^LINE_CHANNEL_SECRET is not set; LINE needs/],
    [
      { ...both, LINE_CHANNEL_SECRET: 'one-secret,two-secret,three-secret' },
      /^LINE_CHANNEL_SECRET is \d+ characters; only two/,
    ],
    [{ ...both, LINE_CHANNEL_ACCESS_TOKEN: 'トークン' }, /^LINE_CHANNEL_ACCESS_TOKEN is 4 characters/],
    [{ ...both, LINE_CHANNEL_ID: 'abc' }, /^LINE_CHANNEL_ID is "abc"; it must be the channel ID/],
    [
      { ...both, LINE_API_BASE_URL: 'https://api.line.me/v2' },
      /^LINE_API_BASE_URL is .*scheme and host only/,
    ],
    [{ ...both, LINE_API_BASE_URL: 'http://line.example' }, /^LINE_API_BASE_URL is /],
  ]
  for (const [given, problem] of wrong) {
    it(`say what is wrong: ${problem.source.slice(1, 60)}`, () => {
      expect(problemsOf(given).join('\n')).to.match(problem)
    })
  }
})
