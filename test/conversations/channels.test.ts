import { customers } from '../support/channelCustomers.ts'
import { runKaijo } from '../support/kaijo.ts'
import { conversationTable } from './conversationTable.ts'

conversationTable('on SQLite', customers, {
  most: 4,
  async start({ bank, teams, line }) {
    const kaijo = await runKaijo({ ...bank.env, ...teams.env, ...line.env })
    return { place: () => kaijo, end: () => kaijo.end() }
  },
})
