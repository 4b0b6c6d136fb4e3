export { type Configuration, type FirstStart, readConfiguration } from './configuration.ts'
export { ConfigurationError } from './configuration-error.ts'
export { VARIABLES } from './variables.ts'
