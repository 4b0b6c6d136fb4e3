import { IconPlayerPause, IconPlayerPlay, IconTrash, IconUserOff } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type Actions, forbidden } from '../../api/actions.ts'
import { changeUser, deleteUser, type Lifecycle, type User } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import type { MenuAction } from '../../design/ActionMenu.tsx'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Name } from '../../design/Name.tsx'
import { Notice } from '../../design/Notice.tsx'
import { useTell } from '../../design/Toast.tsx'

const SAYS: Readonly<Record<Lifecycle, { title: string; button: string; says: string; done: string }>> = {
  suspend: {
    title: 'Suspend user',
    button: 'Suspend',
    says: 'Nobody signs in as this user until it is unsuspended, and every token, code, consent and session is revoked now. Unsuspending brings none of them back.',
    done: 'suspended; everything issued before is revoked',
  },
  disable: {
    title: 'Disable user',
    button: 'Disable',
    says: 'Nobody signs in as this user any more, the password is forgotten, and every token, code, consent and session is revoked now. Enabling the user again brings none of them back.',
    done: 'disabled; everything issued before is revoked',
  },
  unsuspend: {
    title: 'Unsuspend user',
    button: 'Unsuspend',
    says: 'The user may sign in again. What was revoked stays revoked.',
    done: 'may sign in again',
  },
  enable: {
    title: 'Enable user',
    button: 'Enable',
    says: 'The user becomes active again and needs a new password. What was revoked stays revoked.',
    done: 'is enabled',
  },
}

/** What can be done about a user's state, each asked once more and said in full. */
export function useLifecycle(): (
  user: User,
  actions: Actions,
  onDeleted?: () => void,
) => readonly MenuAction[] {
  const confirm = useConfirm()
  const client = useQueryClient()
  const tell = useTell()
  const you = useSession().user.id
  return useCallback(
    (user, actions, onDeleted) => {
      const refresh = () =>
        Promise.all(
          ['users', 'tokens', 'sessions', 'grants'].map((key) =>
            client.invalidateQueries({ queryKey: [key] }),
          ),
        )
      const ask = (change: Lifecycle, danger: boolean) => {
        const { title, button, says, done } = SAYS[change]
        confirm({
          title,
          button,
          danger,
          children: <Explained login={user.login} says={says} warn={danger && user.id === you} />,
          run: async () => {
            await changeUser(user.id, change)
            await refresh()
            tell(
              <>
                <Name>{user.login}</Name> {done}.
              </>,
            )
          },
        })
      }
      const isOut = user.status === 'DEPROVISIONED'
      const change = (
        name: Lifecycle,
        label: string,
        icon: MenuAction['icon'],
        danger: boolean,
      ): MenuAction => ({
        label,
        icon,
        danger,
        forbidden: forbidden(actions, name),
        run: () => ask(name, danger),
      })
      return [
        user.status === 'SUSPENDED'
          ? change('unsuspend', 'Unsuspend', <IconPlayerPlay size={15} />, false)
          : change('suspend', 'Suspend', <IconPlayerPause size={15} />, true),
        isOut
          ? change('enable', 'Enable', <IconPlayerPlay size={15} />, false)
          : change('disable', 'Disable', <IconUserOff size={15} />, true),
        {
          label: 'Delete',
          icon: <IconTrash size={15} />,
          danger: true,
          forbidden: forbidden(actions, 'delete') ?? (isOut ? null : 'Only a disabled user can be deleted.'),
          run: () =>
            confirm({
              title: 'Delete user',
              button: 'Delete',
              danger: true,
              type: user.login,
              children: (
                <Explained
                  login={user.login}
                  says="The user is gone for good, with its history of sign-ins. The log keeps what was revoked."
                  warn={user.id === you}
                />
              ),
              run: async () => {
                await deleteUser(user.id)
                await refresh()
                onDeleted?.()
              },
            }),
        },
      ]
    },
    [confirm, client, tell, you],
  )
}

function Explained(props: { readonly login: string; readonly says: string; readonly warn: boolean }) {
  return (
    <div className="stack">
      <p>
        <strong>
          <Name wrap>{props.login}</Name>
        </strong>
        <br />
        {props.says}
      </p>
      {props.warn && (
        <Notice tone="danger" title="This is you.">
          You are signed out of this console at once, and cannot sign in again by yourself.
        </Notice>
      )}
    </div>
  )
}
