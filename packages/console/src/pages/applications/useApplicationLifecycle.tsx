import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { forbidden } from '../../api/actions.ts'
import { type Application, changeApplication, deleteApplication } from '../../api/applications.ts'
import type { MenuAction } from '../../design/ActionMenu.tsx'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Name } from '../../design/Name.tsx'
import { useTell } from '../../design/Toast.tsx'

/** What can be done about an application's state, each asked once more. */
export function useApplicationLifecycle(): (
  application: Application,
  onDeleted?: () => void,
) => readonly MenuAction[] {
  const confirm = useConfirm()
  const client = useQueryClient()
  const tell = useTell()
  return useCallback(
    (application, onDeleted) => {
      const { id, label, status, actions } = application
      const refresh = () =>
        Promise.all(
          ['applications', 'tokens', 'keys'].map((key) => client.invalidateQueries({ queryKey: [key] })),
        )
      const words = (says: string) => (
        <p>
          <strong>
            <Name wrap>{label}</Name>
          </strong>
          <br />
          {says}
        </p>
      )
      const activate: MenuAction = {
        label: 'Activate',
        icon: <IconPlayerPlay size={15} />,
        forbidden: forbidden(actions, 'activate'),
        run: () =>
          void changeApplication(id, 'activate')
            .then(refresh)
            .catch((failure: unknown) => tell(failure instanceof Error ? failure.message : 'Not activated.')),
      }
      const deactivate: MenuAction = {
        label: 'Deactivate',
        icon: <IconPlayerPause size={15} />,
        danger: true,
        forbidden: forbidden(actions, 'deactivate'),
        run: () =>
          confirm({
            title: 'Deactivate application',
            button: 'Deactivate',
            danger: true,
            children: words(
              'It gets no more tokens, and every token and code that it had is revoked now. Activating it again brings none of them back.',
            ),
            run: () => changeApplication(id, 'deactivate').then(refresh),
          }),
      }
      return [
        status === 'ACTIVE' ? deactivate : activate,
        {
          label: 'Delete',
          icon: <IconTrash size={15} />,
          danger: true,
          forbidden: forbidden(actions, 'delete'),
          run: () =>
            confirm({
              title: 'Delete application',
              button: 'Delete',
              danger: true,
              type: label,
              children: words(
                'It is gone for good, with its secrets and keys. The log keeps what was revoked.',
              ),
              run: async () => {
                await deleteApplication(id)
                onDeleted?.()
                await refresh()
              },
            }),
        },
      ]
    },
    [confirm, client, tell],
  )
}
