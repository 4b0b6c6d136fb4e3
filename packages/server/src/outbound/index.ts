export { type AddressClass, classOfAddress } from './addresses.ts'
export { type FetchBounds, type FetchOptions, fetchDocument } from './fetch-document.ts'
export { type Resolve, SYSTEM_RESOLVE } from './guarded-socket.ts'
export { FetchFailed, type FetchFailureCode } from './refusal.ts'
