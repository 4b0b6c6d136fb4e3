import { once } from 'node:events'
import { polling } from './polling.ts'
import { proxied } from './proxied.ts'
import { type Role, readRole } from './role.ts'
import { sdk } from './sdk.ts'

/*
 * One resource server of the demonstration, in a process of its own. What it is comes over the channel to its parent,
 * so that no credential stands in an environment or a command line; it ends with that channel.
 */
const START: Record<Role['kind'], (role: Role) => Promise<string>> = { sdk, proxied, polling }

// Ctrl-C reaches the whole group: the parent decides when this ends.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.once('disconnect', () => process.exit(0))
const [message] = await once(process, 'message')
const role = readRole(message)
const url = await START[role.kind](role)
process.send?.({ url })
