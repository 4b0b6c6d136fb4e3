import { Type } from '@fastify/type-provider-typebox'
import { Value } from 'typebox/value'
import { type Authority, newObjectId, systemActor } from '../authority/index.ts'
import type { AdministratorCredentials } from '../directory/administrator.ts'
import { DEFAULT_AUTHORIZATION_SERVER } from '../directory/authorization-servers.ts'
import { DEFAULT_SUBDOMAIN } from '../directory/issuer.ts'
import { addOrganization, prepareOrganization } from '../directory/organizations.ts'
import { ALL_ROLES } from '../directory/roles.ts'
import { addFederation, adoptFederation } from '../federation/federations.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { deleteFact, findFact, insertFact } from '../store/queries/installation.ts'
import type { FirstStart } from './configuration/index.ts'

/** The fact that says that the installation has its organization; its value is the organization's id. */
export const FIRST_START_DONE = 'first_start'
/** The generated credentials, sealed, until they were printed. */
const UNSHOWN = 'unshown_credentials'

const Credentials = Type.Record(Type.String(), Type.String())

/**
 * Gives an empty installation its organization `default` with an authorization server, federation settings and an
 * administrator: in one transaction, so that an interrupted first start was none. Does nothing later, and nothing
 * on a node that lost the race for it.
 *
 * @returns what was generated and has not been printed yet, by the names of its variables: also when a start was
 *   cut off between the transaction and the printing
 */
export async function firstStart(
  authority: Authority,
  given: FirstStart,
): Promise<ReadonlyMap<string, Secret>> {
  const done = await authority.store.read(SYSTEM, (tx) => findFact(tx, FIRST_START_DONE))
  if (done === undefined) await createDefaultOrganization(authority, given)
  else await adoptFederation(authority, done)
  const sealed = await authority.store.read(SYSTEM, (tx) => findFact(tx, UNSHOWN))
  if (sealed === undefined) return new Map()
  const opened = await authority.vault.open(sealed, purpose)
  const credentials = Value.Parse(Credentials, JSON.parse(opened.reveal()))
  return new Map(Object.entries(credentials).map(([name, value]) => [name, new Secret(value)]))
}

/** To be called once the credentials stand on stdout. */
export function credentialsShown(authority: Authority): Promise<void> {
  return authority.store.write(SYSTEM, (tx) => deleteFact(tx, UNSHOWN))
}

async function createDefaultOrganization(authority: Authority, given: FirstStart): Promise<void> {
  const prepared = await prepareOrganization(authority, {
    id: given.organizationId,
    name: DEFAULT_SUBDOMAIN,
    subdomain: DEFAULT_SUBDOMAIN,
    authorizationServerId: DEFAULT_AUTHORIZATION_SERVER,
    roles: ALL_ROLES,
    given,
  })
  const { id } = prepared.organization
  const generated = JSON.stringify(Object.fromEntries(generatedOf(given, prepared.administrator.credentials)))
  const sealed = await authority.vault.seal(new Secret(generated), purpose)
  await authority.store.write(SYSTEM, async (tx) => {
    if (!(await insertFact(tx, FIRST_START_DONE, id))) return
    await insertFact(tx, UNSHOWN, sealed)
    await addOrganization(authority, tx, systemActor(id), prepared)
    await addFederation(authority, tx, systemActor(id), given.federationSettingsId ?? newObjectId())
  })
}

const purpose = `installation:${UNSHOWN}`

/** What the operator did not choose and so must be told. The login is no secret, but belongs to the password. */
function* generatedOf(given: FirstStart, made: AdministratorCredentials): Generator<[string, string]> {
  if (given.password === undefined) {
    yield ['RESCIND_ADMIN_LOGIN', made.login]
    yield ['RESCIND_ADMIN_PASSWORD', made.password.reveal()]
  }
  if (given.apiToken === undefined) yield ['RESCIND_ADMIN_API_TOKEN', made.apiToken.reveal()]
  if (given.digestKey === undefined) {
    yield ['RESCIND_ADMIN_PUBLIC_KEY', made.digestKey.publicKey]
    yield ['RESCIND_ADMIN_PRIVATE_KEY', made.digestKey.privateKey.reveal()]
  }
  if (given.serviceAccount === undefined) {
    yield ['RESCIND_ADMIN_CLIENT_ID', made.serviceAccount.clientId]
    yield ['RESCIND_ADMIN_CLIENT_SECRET', made.serviceAccount.clientSecret.reveal()]
  }
}
