import type { Route } from './route.ts'

/** Whether the process is alive, and whether it can do its work. */
export interface Health {
  routes: Route[]
  /** From now on `/readyz` says no, so that a load balancer sends nobody here any more. */
  closing(): void
}

const deadline = 1000

/**
 * `/healthz` (alive) and `/readyz` (every check passes within a second).
 * A check throws or rejects when its part cannot work; its name is shown, its error is not.
 */
export function createHealth(checks: Record<string, () => unknown>): Health {
  let isClosing = false
  const noted = async (name: string, check: () => unknown) => [name, await passes(check)] as const
  return {
    routes: [
      {
        method: 'GET',
        path: '/healthz',
        probe: true,
        handle: () => ({ status: 200, body: { alive: true } }),
      },
      {
        method: 'GET',
        path: '/readyz',
        probe: true,
        handle: async () => {
          const results = await Promise.all(Object.entries(checks).map(([name, check]) => noted(name, check)))
          const ready = !isClosing && results.every(([, passed]) => passed)
          return { status: ready ? 200 : 503, body: { ready, checks: Object.fromEntries(results) } }
        },
      },
    ],
    closing: () => {
      isClosing = true
    },
  }
}

async function passes(check: () => unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, deadline, false)
  })
  const asked = (async () => check())().then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
