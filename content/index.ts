export type { BankProfile } from './bank.ts'
export type { FaqEntry } from './faq.ts'
export type { Finding } from './finding.ts'
export type * from './flow.ts'
