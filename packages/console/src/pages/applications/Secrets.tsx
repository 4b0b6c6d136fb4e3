import { Button } from '@mantine/core'
import { IconEye, IconEyeOff, IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { forbidden } from '../../api/actions.ts'
import {
  type Application,
  changeSecret,
  createSecret,
  deleteSecret,
  revealSecret,
  type Secret,
  secretsQuery,
} from '../../api/applications.ts'
import { useSession } from '../../app/session/useSession.ts'
import { GuardedButton } from '../../design/GuardedButton.tsx'
import { Copy } from '../../design/Identifier.tsx'
import { Empty, Problem } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { ShownOnce } from '../../design/ShownOnce.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import '../../design/things.css'

const MOST = 2

export function Secrets({ application }: { readonly application: Application }) {
  const { canManage } = useSession()
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(secretsQuery(application.id))
  const refresh = () => client.invalidateQueries({ queryKey: ['applications', 'secrets', application.id] })
  const creating = useMutation({ mutationFn: () => createSecret(application.id), onSuccess: refresh })
  const isFull = (data?.items.length ?? 0) >= MOST
  return (
    <div className="stack">
      {creating.data !== undefined && <ShownOnce label="Client secret" value={creating.data.value} />}
      <Problem error={creating.error ?? error} retry={() => void refetch()} />
      <Panel
        title="Client secrets"
        note="Two at the most, so that one can follow the other without an outage. Deactivating one is retirement: it voids no token."
        flush
        actions={
          canManage && (
            <GuardedButton
              size="xs"
              leftSection={<IconPlus size={14} />}
              why={isFull ? 'There are two already: delete one first.' : null}
              loading={creating.isPending}
              onClick={() => creating.mutate()}
            >
              Add secret
            </GuardedButton>
          )
        }
      >
        {data?.items.length === 0 && (
          <Empty title="No secrets">It authenticates by a key, or not at all.</Empty>
        )}
        <ul className="things">
          {data?.items.map((secret) => (
            <SecretItem key={secret.id} application={application} secret={secret} refresh={refresh} />
          ))}
        </ul>
      </Panel>
    </div>
  )
}

interface ItemProps {
  readonly application: Application
  readonly secret: Secret
  readonly refresh: () => Promise<unknown>
}

function SecretItem({ application: { id: owner }, secret, refresh }: ItemProps) {
  const { canManage } = useSession()
  const [value, setValue] = useState<string | null>(null)
  const showing = useMutation({
    mutationFn: () => revealSecret(owner, secret.id),
    onSuccess: (shown) => setValue(shown.value),
  })
  const changing = useMutation({
    mutationFn: (change: 'activate' | 'deactivate' | 'delete') =>
      change === 'delete' ? deleteSecret(owner, secret.id) : changeSecret(owner, secret.id, change),
    onSuccess: refresh,
  })
  const toggle = secret.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return (
    <li className="thing">
      <div className="thing-words">
        <div className="row">
          <code className="wrap">{value ?? '••••••••••••••••'}</code>
          {value !== null && <Copy text={value} label="Copy the secret" />}
        </div>
        <div className="softer row-wrap">
          <StatusMark state={secret.status} />
          <span>
            known by its hash <code>{secret.secretHash.slice(0, 8)}</code>
          </span>
          <span>
            made <Time at={secret.createdAt} />
          </span>
          <span>showing it is written to the audit trail</span>
        </div>
        <Problem error={showing.error ?? changing.error} />
      </div>
      {canManage && (
        <div className="row-wrap">
          <Button
            size="xs"
            leftSection={value === null ? <IconEye size={14} /> : <IconEyeOff size={14} />}
            loading={showing.isPending}
            onClick={() => (value === null ? showing.mutate() : setValue(null))}
          >
            {value === null ? 'Show' : 'Hide'}
          </Button>
          <GuardedButton
            size="xs"
            why={forbidden(secret.actions, toggle)}
            onClick={() => changing.mutate(toggle)}
          >
            {toggle === 'activate' ? 'Activate' : 'Deactivate'}
          </GuardedButton>
          <GuardedButton
            size="xs"
            why={forbidden(secret.actions, 'delete')}
            onClick={() => changing.mutate('delete')}
          >
            Delete
          </GuardedButton>
        </div>
      )}
    </li>
  )
}
