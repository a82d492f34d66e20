import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { HttpError } from '../route.ts'

/** Passwords as the desk keeps them: slow hashes with a pepper that is not in the database. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** False for wrong and for none, and as slow. */
  isRight(password: string, stored: string | null): Promise<boolean>
}

/** NIST SP 800-63B, revision 4, 3.1.1.2: 15 where nothing else is asked for, and room for a sentence. */
export const passwordLength = { least: 15, most: 128 }

const argon2id = promisify(argon2)
/** OWASP's least for argon2id: 19 MiB, two passes. */
const cost = { parallelism: 1, tagLength: 32, memory: 19 * 1024, passes: 2 }
/** At a time, and waiting: a flood of passwords must take neither the machine nor its memory. */
const slots = 2
const mostWaiting = 100

/** `pepper` goes into every hash. */
export function createPasswords(pepper: Buffer): Passwords {
  const inSlot = createSlots()
  const derive = (password: string, nonce: Buffer) =>
    inSlot(() => argon2id('argon2id', { ...cost, message: plain(password), nonce, secret: pepper }))
  return {
    async hash(password) {
      const nonce = randomBytes(16)
      return `${nonce.toString('base64')}.${(await derive(password, nonce)).toString('base64')}`
    },
    async isRight(password, stored) {
      const [nonce, tag] = (stored ?? '.').split('.').map((part) => Buffer.from(part, 'base64'))
      const given = await derive(password, nonce?.length === 16 ? nonce : randomBytes(16))
      return tag?.length === given.length && timingSafeEqual(tag, given)
    },
  }
}

/** Whether a password may be chosen: long enough, not one thing repeated, and not the name it goes with. */
export function isFit(password: string, name: string): boolean {
  const signs = [...plain(password)]
  if (signs.length < passwordLength.least || signs.length > passwordLength.most) return false
  return new Set(signs).size >= 5 && !plain(password).toLowerCase().includes(name.toLowerCase())
}

/** The same password typed on two machines is one: a full-width letter is a letter. */
function plain(password: string): string {
  return password.normalize('NFKC')
}

function createSlots() {
  const waiting: (() => void)[] = []
  let left = slots
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (left > 0) left -= 1
    else if (waiting.length < mostWaiting) await new Promise<void>((resolve) => waiting.push(resolve))
    else throw new HttpError(503, 'Busy', 'Too many log-ons at the same time', { 'Retry-After': '5' })
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else left += 1
    }
  }
}
