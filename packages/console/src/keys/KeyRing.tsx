import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { forbidden } from '../api/actions.ts'
import { changeKey, deleteKey, type Key, type KeyOwner, keysKey } from '../api/keys.ts'
import { useSession } from '../app/session/useSession.ts'
import { ActionMenu } from '../design/ActionMenu.tsx'
import { useConfirm } from '../design/ConfirmProvider.tsx'
import { GuardedButton } from '../design/GuardedButton.tsx'
import { Identifier } from '../design/Identifier.tsx'
import { Empty, Problem } from '../design/Notice.tsx'
import { Panel } from '../design/Page.tsx'
import { StatusMark } from '../design/StatusMark.tsx'
import { Time } from '../design/Time.tsx'
import { useRevoke } from '../revoke/RevokeProvider.tsx'
import { AddKey } from './AddKey.tsx'
import '../design/things.css'

interface Props {
  readonly owner: KeyOwner
  readonly use: 'sig' | 'enc'
  readonly title: string
  readonly note: string
  readonly keys: readonly Key[]
  readonly whyNoMore: string | null
}

/** The keys of one owner for one use, and what may be done with each by the rules of the ring. */
export function KeyRing({ owner, use, title, note, keys, whyNoMore }: Props) {
  const { canManage } = useSession()
  const [adding, setAdding] = useState(false)
  return (
    <Panel
      title={title}
      note={note}
      flush
      actions={
        canManage && (
          <GuardedButton
            size="xs"
            leftSection={<IconPlus size={14} />}
            why={whyNoMore}
            onClick={() => setAdding(true)}
          >
            Add key
          </GuardedButton>
        )
      }
    >
      {keys.length === 0 && (
        <Empty title="No keys">Add one: made in this browser, or pasted. Only its public half is sent.</Empty>
      )}
      <ul className="things" aria-label={title}>
        {keys.map((key) => (
          <KeyItem key={key.id} owner={owner} item={key} use={use} />
        ))}
      </ul>
      {adding && <AddKey owner={owner} use={use} close={() => setAdding(false)} />}
    </Panel>
  )
}

function KeyItem(props: { readonly owner: KeyOwner; readonly item: Key; readonly use: 'sig' | 'enc' }) {
  const { owner, item, use } = props
  const { canManage } = useSession()
  const client = useQueryClient()
  const confirm = useConfirm()
  const revoke = useRevoke()
  const refresh = () => client.invalidateQueries({ queryKey: keysKey(owner) })
  const changing = useMutation({
    mutationFn: (change: 'activate' | 'deactivate') => changeKey(owner, item.id, change),
    onSettled: refresh,
  })
  const toggle = item.status === 'ACTIVE' ? 'deactivate' : 'activate'
  const name = item.kid ?? item.id
  const { thumbprint } = item
  return (
    <li className="thing">
      <div className="thing-words">
        <Identifier label="Copy the key id">{name}</Identifier>
        <div className="softer row-wrap">
          <StatusMark state={item.status} />
          <span>{[item.kty, item.crv, item.alg].filter(Boolean).join(' ')}</span>
          <span>
            added <Time at={item.createdAt} />
          </span>
        </div>
        <Problem error={changing.error} />
      </div>
      {canManage && (
        <div className="row-wrap">
          <GuardedButton
            size="xs"
            why={forbidden(item.actions, toggle)}
            loading={changing.isPending}
            onClick={() => changing.mutate(toggle)}
          >
            {toggle === 'activate' ? 'Activate' : 'Deactivate'}
          </GuardedButton>
          <ActionMenu
            label={`Actions for key ${name.slice(0, 40)}`}
            actions={[
              use === 'sig' &&
                thumbprint !== null && {
                  label: 'Revoke key',
                  danger: true,
                  run: () => revoke({ target: { type: 'key', id: thumbprint }, name }),
                },
              {
                label: 'Delete',
                forbidden: forbidden(item.actions, 'delete'),
                run: () =>
                  confirm({
                    title: 'Delete key',
                    button: 'Delete',
                    danger: true,
                    children: (
                      <p>
                        The key is taken off the ring, in good order: what was obtained with it stays good. To
                        void that too, revoke the key.
                      </p>
                    ),
                    run: () => deleteKey(owner, item.id).then(refresh),
                  }),
              },
            ]}
          />
        </div>
      )}
    </li>
  )
}
