import { registerHooks } from 'node:module'

/** The SDK's own code, and restify's plugins; everything else is loaded as it is. */
const sdk = /\/node_modules\/((botbuilder|botframework)[\w-]*|restify\/lib\/plugins)\/.*\.js$/
/** What TypeScript put at the head of a file to have async functions before engines had them. */
const helper = /^var __awaiter = \(this && this\.__awaiter\)[\s\S]*?^};$/m
/**
 * Of other packages they load much that a bot like ours never calls: recognizers of numbers and dates, Azure's logon, a
 * second client of HTTP, signatures of requests.
 */
const seldom =
  '@microsoft/recognizers-text[\\w-]*|@azure/[\\w-]+|jsonwebtoken|axios|lodash/\\w+|http-signature'
const required = new RegExp(
  `^(?:const|var) (\\w+) = ((?:__import(?:Star|Default)\\()?require\\(["'](?:${seldom})["']\\)\\)?);$`,
  'gm',
)

/**
 * Loads the SDK lean and as it was written; call it before the SDK is loaded. Its packages are compiled for engines
 * without `async`, with a generator and a handful of closures for each call: two thirds of what a turn costs.
 * `SDK_AS_SHIPPED=1` in the environment switches it off.
 */
export function loadSdkLean(): void {
  if (process.env.SDK_AS_SHIPPED) return
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!loaded.source || !sdk.test(url)) return loaded
      return { ...loaded, source: lazily(natively(String(loaded.source))) }
    },
  })
}

/** The same file with native `async` and `await`, or as it is when it has generators of its own. */
export function natively(source: string): string {
  const generators = source.match(/\bfunction\s*\*/g)?.length ?? 0
  const awaited = source.match(/__awaiter\((?:this|void 0), void 0, void 0, function\s*\* \(\)/g)?.length ?? 0
  if (awaited === 0 || awaited !== generators || !helper.test(source)) return source
  return source
    .replace(helper, 'const __awaiter = (self, args, _Promise, run) => run.apply(self, args || []);')
    .replace(/(__awaiter\((?:this|void 0), void 0, void 0, )function\s*\* \(\)/g, '$1async function ()')
    .replace(/\byield\b/g, 'await')
}

/** The same file, in which a package that is seldom needed is loaded when the first of its exports is. */
export function lazily(source: string): string {
  return source.replace(
    required,
    (_, name, loaded) => `const ${name} = new Proxy({}, { get: (_, key) => (${loaded})[key] });`,
  )
}
