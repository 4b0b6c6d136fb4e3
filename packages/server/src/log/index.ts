export { append, openLog } from './append.ts'
