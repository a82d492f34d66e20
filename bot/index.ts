import { startThrifty } from './thrift.ts'

// Before anything else is loaded: what is loaded before it is loaded twice.
startThrifty()
await import('./main.ts')
