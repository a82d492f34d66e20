/** Where a secret was left in what somebody has written, in any form that a library may have given it. */
export function isLeft(secret: string, bytes: Buffer): boolean {
  const readable = isShort(secret) ? withoutNoise(bytes) : bytes
  const text = Buffer.from(secret)
  const forms = [text, Buffer.from(secret, 'utf16le'), Buffer.from(text.toString('hex'))]
  return forms.some((form) => readable.includes(form)) || decoded(bytes).some((one) => says(one, text))
}

/**
 * Without what is random by nature: hashes, keys, certificates, fractions of seconds. Six digits come up by chance in the text
 * of a certificate; nobody writes a PIN into the middle of forty letters.
 */
export function withoutNoise(bytes: Buffer): Buffer {
  const noise = /[A-Za-z0-9+/_-]{40,}={0,2}|\d+\.\d{6,}(?:e-?\d+)?/g
  return Buffer.from(bytes.toString('latin1').replace(noise, '\n'), 'latin1')
}

function isShort(secret: string): boolean {
  return secret.length < 12
}

/** What everything that looks like Base64 says, whichever of its characters one begins with. */
function decoded(bytes: Buffer): Buffer[] {
  const runs = bytes.toString('latin1').match(/[A-Za-z0-9+/_-]{8,}/g) ?? []
  return runs.flatMap((run) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64')))
}

/** Whether it says so among readable characters: what is text when it is decoded was text when it was encoded. */
function says(bytes: Buffer, text: Buffer): boolean {
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    // The characters at both ends may be cut by where one began.
    const around = bytes.subarray(Math.max(0, at - 3), at + text.length + 3)
    if (around.every((byte) => byte >= 0x20 && byte < 0x7f)) return true
  }
  return false
}
