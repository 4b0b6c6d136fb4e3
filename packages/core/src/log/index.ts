export * from './canonical-json.ts'
export * from './digest.ts'
export * from './entry.ts'
export * from './position.ts'
