import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Role } from '../../../bot/desk/roles.ts'
import { type DeskVisitor, invited } from '../../support/desk.ts'
import type { Site } from '../site.ts'
import { Visitor } from '../visitor.ts'

let count = 0

/** An agent with a desk in a real browser: logged on, at the page. */
export async function atTheDesk(
  browser: Browser,
  site: Site,
  admin: DeskVisitor,
  options: BrowserContextOptions & { lang?: 'ja' | 'en'; role?: Role } = {},
): Promise<Visitor & { page: Page }> {
  const { lang = 'ja', role = 'agent', ...rest } = options
  const agent = await invited(admin, { name: `agent${++count}`, role, shown: '佐藤花子' })
  if (lang === 'en') await agent.ask('PUT', '/desk/api/me', { locale: 'en' })
  const visitor = await Visitor.arrive(browser, `${site.url}/desk/app/none`, rest)
  const [name, value] = agent.cookies().split('=') as [string, string]
  await visitor.context.addCookies([
    { name, value, url: site.url.replace(/^http:/, 'https:'), httpOnly: true, sameSite: 'Strict' },
  ])
  visitor.complaints.length = 0
  await visitor.page.goto(`${site.url}/desk`)
  await visitor.page.locator('header nav').waitFor()
  return visitor
}
