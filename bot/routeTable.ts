import { HttpError, type Route } from './route.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const

/** A route that answers several methods of a path. */
export interface Fallback {
  methods: readonly (typeof methods)[number][]
  route: Route
}

/** What a browser asks before it calls from another origin; the headers are those real Direct Line clients send. */
export function preflights(routes: readonly Route[]): Route[] {
  const shared = routes.filter((route) => route.cors && route.method !== 'OPTIONS')
  return [...new Set(shared.map((route) => route.path))].map((path) => ({
    method: 'OPTIONS',
    path,
    cors: true,
    handle: () => ({
      status: 204,
      headers: {
        'Access-Control-Allow-Methods': allowed(routes, path).join(', '),
        'Access-Control-Allow-Headers': 'authorization, content-type, x-ms-bot-agent, x-requested-with',
        'Access-Control-Max-Age': '600',
      },
    }),
  }))
}

/** 405 for the methods that a path has not, 404 for every other path: our own fixed words instead of restify's. */
export function fallbacks(routes: readonly Route[]): Fallback[] {
  const paths = [...new Set(routes.map((route) => route.path))]
  const wrong = paths.map((path) => {
    const present = allowed(routes, path)
    const handle = () => {
      throw new HttpError(405, 'MethodNotAllowed', 'This address has other methods', {
        Allow: present.join(', '),
      })
    }
    return {
      methods: methods.filter((method) => !present.includes(method)),
      route: { method: 'GET', path, bodiless: true, handle } as const,
    }
  })
  const handle = () => {
    throw new HttpError(404, 'NotFound', 'There is nothing at this address')
  }
  return [...wrong, { methods, route: { method: 'GET', path: '/*', bodiless: true, handle } }]
}

function allowed(routes: readonly Route[], path: string): string[] {
  const here = routes.filter((route) => route.path === path)
  const present = new Set<string>(here.map((route) => route.method))
  if (present.has('GET')) present.add('HEAD')
  if (here.some((route) => route.cors)) present.add('OPTIONS')
  return methods.filter((method) => present.has(method))
}
