import { openPostgres } from '../../../bot/store/postgres.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { storeContract } from './contract.ts'

describe('the PostgreSQL store', () => {
  storeContract(async () => openPostgres({ url: (await sharedPostgres()).place() }))
}).timeout(30_000)
