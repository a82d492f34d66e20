export type { NewUnlockRequest, UnlockClient, UnlockRequest, UnlockState } from './client.ts'
export { UnlockUnavailable } from './client.ts'
