import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { encryptionKeysQuery, type KeyOwner } from '../api/keys.ts'
import { Notice, Problem } from '../design/Notice.tsx'
import { KeyRing } from './KeyRing.tsx'

/** The ring to whose active key an authorization server encrypts its access tokens. */
export function EncryptionKeys({ serverId }: { readonly serverId: string }) {
  const { data, error, refetch } = useQuery(encryptionKeysQuery(serverId))
  const owner: KeyOwner = useMemo(() => ({ of: 'authorization_server', id: serverId }), [serverId])
  if (data === undefined) return <Problem error={error} retry={() => void refetch()} />
  const isFull = data.limit !== null && data.keys.length >= data.limit
  return (
    <div className="stack">
      {!data.encrypts && (
        <Notice title="Access tokens are not encrypted">
          The authorization server encrypts them once an encryption algorithm is chosen for it and a key is
          active.
        </Notice>
      )}
      <KeyRing
        owner={owner}
        use="enc"
        title="Encryption keys"
        note="Of the authorization server that issues for the API. Access tokens are encrypted to the active key."
        keys={data.keys}
        whyNoMore={isFull ? `There are ${data.limit} already: delete one first.` : null}
      />
    </div>
  )
}
