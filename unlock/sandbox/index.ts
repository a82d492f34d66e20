export { sandboxAuditKey } from './auditKey.ts'
export type { BankDeed, WriteDeed } from './deed.ts'
export type { Sandbox, SandboxOptions } from './sandbox.ts'
export { startSandbox } from './sandbox.ts'
