import type { Draw } from '../../dialogs/index.ts'

let drawn = 0

/** Chance for tests: ids and numbers that are all different and look the same in every run. */
export const draw: Draw = {
  linkId: () => `link-${String(++drawn).padStart(17, '0')}`,
  guideNumber: () => String(10_000_000 + ++drawn),
}

/** A pseudonym that a test can read. */
export const pseudonym = (conversation: string): string => `customer-of-${conversation}`.slice(0, 64)
