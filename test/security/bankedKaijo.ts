import { type BadBank, startBadBank } from '../support/badBank.ts'
import { type Running, runKaijo } from '../support/kaijo.ts'

/** A running Kaijo, and its bank, which does what a test says. */
export interface BankedKaijo {
  bank: BadBank
  kaijo: Running
  end(): Promise<void>
}

/** Starts both; `end` stops both. */
export async function runBanked(): Promise<BankedKaijo> {
  const bank = await startBadBank()
  const kaijo = await runKaijo(bank.env)
  return {
    bank,
    kaijo,
    async end() {
      await kaijo.end()
      await bank.close()
    },
  }
}
