/** The states of an unlock request; they only go forward, and the last three are final. */
export const unlockStates = ['created', 'opened', 'verified', 'cleared', 'rejected', 'expired'] as const

export type UnlockState = (typeof unlockStates)[number]

/** What can happen to an unlock request. */
export type UnlockStep = 'open' | 'verify' | 'clear' | 'reject' | 'expire'

const steps: Record<UnlockState, Partial<Record<UnlockStep, UnlockState>>> = {
  created: { open: 'opened', reject: 'rejected', expire: 'expired' },
  opened: { verify: 'verified', reject: 'rejected', expire: 'expired' },
  verified: { clear: 'cleared', reject: 'rejected', expire: 'expired' },
  cleared: {},
  rejected: {},
  expired: {},
}

/** Where a step leads; undefined when it may not be taken from here. */
export function nextState(state: UnlockState, step: UnlockStep): UnlockState | undefined {
  return steps[state][step]
}

/** Whether nothing can happen to the request any more. */
export function isFinal(state: UnlockState): boolean {
  return Object.keys(steps[state]).length === 0
}
