export { DomainError } from './domain-error.ts'
export { type ErrorCode, type ErrorKind, REGISTRY } from './registry.ts'
