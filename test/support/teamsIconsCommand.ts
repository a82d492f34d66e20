import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBrowser } from './browser.ts'

const folder = join(import.meta.dirname, '../../bot/channels/teamsApp')

/** `node test/support/teamsIconsCommand.ts`: draws the icons of the Teams app anew, after their SVG was changed. */
async function main(): Promise<void> {
  const browser = await startBrowser()
  const page = await browser.newPage()
  for (const [name, size] of [
    ['color', 192],
    ['outline', 32],
  ] as const) {
    await page.setViewportSize({ width: size, height: size })
    const svg = readFileSync(join(folder, `${name}.svg`), 'utf8')
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`)
    writeFileSync(join(folder, `${name}.png`), await page.screenshot({ omitBackground: true }))
  }
  await browser.close()
}

await main()
