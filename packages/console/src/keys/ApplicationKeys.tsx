import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { forbidden } from '../api/actions.ts'
import { clientKeysQuery, type KeyOwner } from '../api/keys.ts'
import { Notice, Problem } from '../design/Notice.tsx'
import { KeyRing } from './KeyRing.tsx'

/** The two rings of an application: what it signs with, and what is encrypted to it. */
export function ApplicationKeys({ applicationId }: { readonly applicationId: string }) {
  const { data, error, refetch } = useQuery(clientKeysQuery(applicationId))
  const owner: KeyOwner = useMemo(() => ({ of: 'application', id: applicationId }), [applicationId])
  if (data === undefined) return <Problem error={error} retry={() => void refetch()} />
  if (!data.managed)
    return (
      <Notice title="The application publishes its keys itself">
        They are read from <code className="wrap">{data.jwksUri}</code>, and cannot be changed here.
      </Notice>
    )
  const whyNoMore = forbidden(data.actions, 'add')
  return (
    <div className="stack">
      <KeyRing
        owner={owner}
        use="sig"
        title="Signing keys"
        note="The application authenticates and signs requests with them. Each active one is good."
        keys={data.signing}
        whyNoMore={whyNoMore}
      />
      <KeyRing
        owner={owner}
        use="enc"
        title="Encryption keys"
        note="ID tokens are encrypted to the active one."
        keys={data.encryption}
        whyNoMore={whyNoMore}
      />
    </div>
  )
}
