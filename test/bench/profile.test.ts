import type { Profiler } from 'node:inspector'
import { expect } from 'chai'
import { sharesOf } from '../../bench/profile.ts'

describe('the profile of a process', () => {
  /** Frames, each below the one before. */
  const stack = (from: number, ...frames: [functionName: string, url: string][]): Profiler.ProfileNode[] =>
    frames.map(([functionName, url], i) => ({
      id: from + i,
      callFrame: { functionName, url, scriptId: '', lineNumber: 0, columnNumber: 0 },
      children: i + 1 < frames.length ? [from + i + 1] : [],
    }))
  const seen = (nodes: Profiler.ProfileNode[], spent: Record<number, number>) =>
    sharesOf({
      nodes,
      startTime: 0,
      endTime: 0,
      samples: Object.keys(spent).map(Number),
      timeDeltas: Object.values(spent),
    })

  it('counts a moment for the innermost part that it was for, and what Node does for whoever asked', () => {
    const nodes = [
      ...stack(
        1,
        ['#take', 'file:///kaijo/bot/turn.ts'],
        ['reply', 'file:///kaijo/dialogs/index.ts'],
        ['nextTick', 'node:internal'],
      ),
      ...stack(
        10,
        ['post', 'file:///kaijo/bot/channels/directLineRest.ts'],
        ['end', 'node:_http_outgoing'],
        ['writev', ''],
      ),
      ...stack(20, ['parserOnHeadersComplete', 'node:_http_common']),
      ...stack(30, ['#commit', 'file:///kaijo/bot/store/groupCommit.ts']),
    ]
    const { parts } = seen(nodes, { 1: 10, 3: 30, 11: 5, 12: 15, 20: 20, 30: 20 })
    expect(Object.fromEntries(parts)).to.deep.equal({
      'the dialogs and their SDK': 0.3,
      'Node’s HTTP, streams and event loop': 0.2,
      'waiting for the disk': 0.2,
      'writing to sockets': 0.15,
      'the turn': 0.1,
      'the channel: tokens, checks, answers': 0.05,
    })
    expect(parts[0]).to.deep.equal(['the dialogs and their SDK', 0.3])
  })

  it('leaves out the time in which there is nothing to do, and says how much it is', () => {
    const nodes = [...stack(1, ['(idle)', '']), ...stack(2, ['(garbage collector)', ''])]
    expect(seen(nodes, { 1: 75, 2: 25 })).to.deep.equal({ busy: 0.25, parts: [['garbage', 1]] })
  })
})
