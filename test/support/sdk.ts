import { loadSdkLean } from '../../bot/sdk.ts'

// The tests run the SDK as `npm start` does.
loadSdkLean()
