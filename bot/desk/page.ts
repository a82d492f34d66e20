import { type Locale, locales, type Words } from '../../locales/index.ts'
import {
  answer,
  askAgain,
  asset,
  bundle,
  digest,
  fileRoute,
  filled,
  forever,
  html,
  language,
  pages,
  script,
  style,
} from '../asset.ts'
import { pagePolicy } from '../pagePolicy.ts'
import type { Route } from '../route.ts'
import type { Guard } from './guard.ts'

/** What the page of the desk is made of. */
export interface DeskPageParts {
  guard: Pick<Guard, 'openRoute'>
  words: Pick<Words, 't' | 'all'>
  publicUrl: string
  /** Somebody has opened it: soon they search. */
  onOpened(): void
}

/**
 * Bundles the desk once and gives the routes to it: `/desk` and `/desk/app/…`. The page holds no data and is the same
 * for everyone, so whoever has not logged on may load it: it is where they log on.
 */
export async function deskPageRoutes({ guard, words, publicUrl, onOpened }: DeskPageParts): Promise<Route[]> {
  const [js, css] = await Promise.all([bundle('desk/index.ts'), bundle('desk/desk.css')])
  const names = { js: `desk.${digest(js)}.js`, css: `desk.${digest(css)}.css` }
  const files = new Map([
    [names.js, asset(js, script, forever)],
    [names.css, asset(css, style, forever)],
  ])
  const headers = { 'Content-Security-Policy': pagePolicy({ publicUrl }), Vary: 'Accept-Language' }
  const settings = JSON.stringify(
    Object.fromEntries(locales.map((locale) => [locale, words.all(locale, 'desk')])),
  )
  const page = await pages('desk/page.html', (file, locale: Locale) => {
    const values = {
      title: words.t(locale, 'desk:shell.title'),
      skip: words.t(locale, 'desk:shell.skip'),
      loading: words.t(locale, 'desk:shell.loading'),
      js: `/desk/app/${names.js}`,
      css: `/desk/app/${names.css}`,
    }
    const whole = filled(
      file.replace('"{{words}}"', () => settings.replaceAll('<', '\\u003c')),
      locale,
      values,
    )
    return asset(Buffer.from(whole), html, askAgain, headers)
  })
  return [
    guard.openRoute({
      method: 'GET',
      path: '/desk',
      handle(request) {
        onOpened()
        return answer(request, page[language(request)])
      },
    }),
    guard.openRoute(fileRoute('/desk/app/:file', ({ params }) => files.get(params.file ?? ''))),
  ]
}
