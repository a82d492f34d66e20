import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

/** A real Chromium with Japanese glyphs, headless; closing it leaves nothing behind. It takes two to three seconds. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await sparticuz.executablePath()
  const env = { ...process.env, FONTCONFIG_FILE: await fonts() } as Record<string, string>
  // Without a user-data-dir of its own playwright makes a fresh one for each start.
  return chromium.launch({ executablePath, args: flags, env, headless: true })
}

/** A fontconfig file that knows Noto Sans JP, made once for each version of the font. */
async function fonts(): Promise<string> {
  const require = createRequire(import.meta.url)
  const { version } = require('@fontsource/noto-sans-jp/package.json') as { version: string }
  const folder = join(tmpdir(), `kaijo-fonts-${version}-5`)
  const file = join(folder, 'fonts.conf')
  if (await stat(file).catch(() => undefined)) return file
  const draft = await mkdtemp(join(tmpdir(), 'kaijo-fonts-'))
  await mkdir(join(draft, 'cache'))
  // The last has the full-width tilde of 2～3週間, which the first leaves out.
  for (const part of ['japanese', 'latin', '115']) {
    for (const weight of [400, 700]) {
      const name = `noto-sans-jp-${part}-${weight}-normal`
      const woff = await readFile(require.resolve(`@fontsource/noto-sans-jp/files/${name}.woff`))
      await writeFile(join(draft, `${name}.ttf`), unwrapped(woff))
    }
  }
  await writeFile(join(draft, 'fonts.conf'), configuration(folder))
  // Test files that start at the same time each make one; the first to finish is kept.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return file
}

function configuration(folder: string): string {
  const prefer = ['sans-serif', 'system-ui', 'monospace', 'serif'].map(
    (family) =>
      `<alias binding="same"><family>${family}</family><prefer><family>Noto Sans JP</family></prefer></alias>`,
  )
  // A font for mathematics that a machine may have draws the circle of 「利用中止」 filled.
  const refused = '<selectfont><rejectfont><glob>*/DejaVuMathTeXGyre*</glob></rejectfont></selectfont>'
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${folder}</dir><dir>/usr/share/fonts</dir>${refused}<cachedir>${folder}/cache</cachedir>${prefer.join('')}</fontconfig>`
}

/**
 * The TrueType font inside a WOFF 1.0 file (https://www.w3.org/TR/WOFF/): the same tables, deflated one by one.
 * Fonts from npm are for web pages; the system's font list wants them unwrapped.
 */
function unwrapped(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => {
    const at = 44 + index * 20
    const start = woff.readUInt32BE(at + 4)
    const packed = woff.subarray(start, start + woff.readUInt32BE(at + 8))
    const length = woff.readUInt32BE(at + 12)
    const data = packed.length === length ? packed : inflateSync(packed)
    return { tag: woff.subarray(at, at + 4), checksum: woff.subarray(at + 16, at + 20), data }
  })
  const power = 2 ** Math.floor(Math.log2(count))
  const head = Buffer.alloc(12 + count * 16)
  woff.copy(head, 0, 4, 8)
  head.writeUInt16BE(count, 4)
  head.writeUInt16BE(power * 16, 6)
  head.writeUInt16BE(Math.log2(power), 8)
  head.writeUInt16BE((count - power) * 16, 10)
  const bodies: Buffer[] = []
  let offset = head.length
  tables.forEach(({ tag, checksum, data }, index) => {
    const at = 12 + index * 16
    tag.copy(head, at)
    checksum.copy(head, at + 4)
    head.writeUInt32BE(offset, at + 8)
    head.writeUInt32BE(data.length, at + 12)
    const body = Buffer.concat([data, Buffer.alloc(-data.length & 3)])
    bodies.push(body)
    offset += body.length
  })
  return Buffer.concat([head, ...bodies])
}
