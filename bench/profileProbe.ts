import { Session } from 'node:inspector/promises'

/** Loaded before the bot by `node --import`, for the profile alone: told to over IPC, it begins, and ends with what it has seen. */
const session = new Session()
session.connect()

process.on('message', async (told: 'begin' | 'end') => {
  if (told === 'begin') {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 500 })
    await session.post('Profiler.start')
    process.send?.({ begun: true })
  } else process.send?.(await session.post('Profiler.stop'))
})
