import type { Adapter, AdapterFactory } from 'oidc-provider'
import { ClientAdapter } from './client-adapter.ts'
import type { IssuerContext } from './issuer-context.ts'
import { LedgerAdapter } from './ledger-adapter.ts'
import { RecordAdapter, type RecordModel } from './record-adapter.ts'
import { ReplayAdapter } from './replay-adapter.ts'

const RECORDS: readonly RecordModel[] = [
  { name: 'Session', class: 'session', sealed: true, organizationWide: true },
  { name: 'Interaction', class: 'interaction', sealed: true },
  { name: 'Grant', class: 'grant' },
  { name: 'AuthorizationCode', class: 'code', opensFamily: true },
  // Found by its user code too, and then saved again under the code that only the device has.
  { name: 'DeviceCode', class: 'device_code', opensFamily: true, sealed: true },
  { name: 'PushedAuthorizationRequest', class: 'pushed_request' },
]

/** The store behind every model of the OpenID library; a model that nobody has thought about is refused. */
export function adapterOf(context: IssuerContext): AdapterFactory {
  const adapters = new Map<string, Adapter>([
    ...RECORDS.map((model) => [model.name, new RecordAdapter(context, model)] as const),
    ['AccessToken', new LedgerAdapter(context, 'access')],
    ['ClientCredentials', new LedgerAdapter(context, 'access')],
    ['RefreshToken', new LedgerAdapter(context, 'refresh')],
    ['Client', new ClientAdapter(context)],
    ['ReplayDetection', new ReplayAdapter(context)],
  ])
  return (name) => {
    const adapter = adapters.get(name)
    if (adapter === undefined)
      throw new TypeError(`the OpenID library keeps ${name}, which has no place here`)
    return adapter
  }
}
