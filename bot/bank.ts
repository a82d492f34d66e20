import { createUnlockClient, readPublicKey, type UnlockClient, type UnlockFeed } from '../unlock/index.ts'
import type { Sandbox } from '../unlock/sandbox/index.ts'
import type { Config } from './config.ts'

/** The bank as the bot asks it: its unlock API, or the sandbox that plays it. */
export interface Bank {
  client: UnlockClient & UnlockFeed
  /** Its public keys, by which it is known when it calls back. */
  keys(): ReturnType<typeof readPublicKey>[]
  /** Undefined when a real one is asked. */
  sandbox: Sandbox | undefined
}

/** Opens it as the settings say; `practise` begins the sandbox, and is only called when nothing else is set. */
export async function openBank(config: Config, practise: () => Promise<Sandbox>): Promise<Bank> {
  const callbackUrl = `${config.publicUrl}/unlock/callback`
  if (config.unlock) {
    const { url, token, linkOrigin, keys } = config.unlock
    const pinned = keys.map(readPublicKey)
    const client = createUnlockClient({ url, token, callbackUrl, linkOrigin })
    return { client, keys: () => pinned, sandbox: undefined }
  }
  const sandbox = await practise()
  const { url, token, publicUrl: linkOrigin, fetch } = sandbox
  return {
    client: createUnlockClient({ url, token, callbackUrl, linkOrigin, fetch }),
    // They can be changed while it runs (`npm run sandbox -- rotate`).
    keys: () => sandbox.publicKeys().map(readPublicKey),
    sandbox,
  }
}
