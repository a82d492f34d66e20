import { hkdfSync, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Keys by purpose, all derived from the one secret of this installation. */
export interface Keys {
  /** 32 bytes; the same for the same purpose and installation, unrelated to those of any other purpose. */
  derive(purpose: string): Buffer
}

const length = 32

/**
 * Opens the key file, and makes it when there is none (32 random bytes, readable by its owner only).
 * Tokens and links survive a restart because the file does. Throws when the file is not 32 bytes.
 */
export function openKeys(file: string): Keys {
  const root = read(file) ?? make(file)
  if (root.length !== length)
    throw new Error(
      `${file} is ${root.length} bytes; the key needs 32. Bring back the right file from your backup, or delete it to make a new one (open chats then begin anew)`,
    )
  return {
    // HKDF, RFC 5869: the purpose is the "info" that keeps the keys apart.
    derive: (purpose) => Buffer.from(hkdfSync('sha256', root, 'kaijo', purpose, length)),
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Two processes that start together must end with the same key: the first link wins, and is whole when it is seen. */
function make(file: string): Buffer {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, randomBytes(length), { mode: 0o600, flag: 'wx' })
  chmodSync(draft, 0o600)
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return readFileSync(file)
}
