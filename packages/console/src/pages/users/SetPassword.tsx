import { Button, Checkbox, Modal, PasswordInput, SegmentedControl } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setPassword, setTemporaryPassword, type UserInFull } from '../../api/users.ts'
import { DialogForm } from '../../design/FormDialog.tsx'
import { Name } from '../../design/Name.tsx'
import { Notice } from '../../design/Notice.tsx'
import { ShownOnce } from '../../design/ShownOnce.tsx'

export function SetPassword({ user, close }: { readonly user: UserInFull; readonly close: () => void }) {
  const client = useQueryClient()
  const [kind, setKind] = useState('given')
  const [password, setText] = useState('')
  const [mustChange, setMustChange] = useState(false)
  const setting = useMutation({
    mutationFn: () =>
      kind === 'given' ? setPassword(user.id, password, mustChange) : setTemporaryPassword(user.id),
    onSuccess: async ({ temporaryPassword }) => {
      for (const key of ['users', 'tokens', 'sessions', 'grants'])
        await client.invalidateQueries({ queryKey: [key] })
      if (temporaryPassword === null) close()
    },
  })
  const temporary = setting.data?.temporaryPassword ?? null
  return (
    <Modal opened onClose={close} title="Set password">
      {temporary !== null ? (
        <div className="stack">
          <ShownOnce label="Temporary password" value={temporary}>
            The user has to choose another one at the next sign-in.
          </ShownOnce>
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        </div>
      ) : (
        <DialogForm
          close={close}
          button="Set password"
          danger
          mayRun={kind !== 'given' || password !== ''}
          isRunning={setting.isPending}
          error={setting.error}
          onSubmit={() => setting.mutate()}
        >
          <SegmentedControl
            value={kind}
            onChange={setKind}
            data={[
              { value: 'given', label: 'Choose one' },
              { value: 'temporary', label: 'Make a temporary one' },
            ]}
          />
          {kind === 'given' && (
            <>
              <PasswordInput
                label={
                  <>
                    New password of <Name>{user.login}</Name>
                  </>
                }
                value={password}
                onChange={(event) => setText(event.currentTarget.value)}
                autoComplete="new-password"
                data-autofocus
              />
              <Checkbox
                size="sm"
                label="Must be changed at the next sign-in"
                checked={mustChange}
                onChange={(event) => setMustChange(event.currentTarget.checked)}
              />
            </>
          )}
          <Notice tone={user.isYou ? 'danger' : 'warn'} title="A new password revokes everything">
            Every token, code, consent and session of this user that was issued before is void.
            {user.isYou && ' This is you: you are signed out of this console at once.'}
          </Notice>
        </DialogForm>
      )}
    </Modal>
  )
}
