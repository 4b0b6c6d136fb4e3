export { type Actor, entryActor, type Role, systemActor } from './actor.ts'
export { type Authority, type Clock, SYSTEM_CLOCK } from './authority.ts'
export { derivedId, type IdPrefix, newId, newObjectId } from './identifiers.ts'
export { VERSION } from './version.ts'
