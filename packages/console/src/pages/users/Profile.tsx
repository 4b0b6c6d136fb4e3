import { Button, Checkbox, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { forbidden } from '../../api/actions.ts'
import {
  grantRole,
  profileText,
  roleNames,
  type UserInFull,
  updateUser,
  withdrawRole,
} from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Notice, Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Panel } from '../../design/Page.tsx'
import { Time } from '../../design/Time.tsx'

const FIELDS = [
  ['login', 'Login'],
  ['email', 'Email'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['displayName', 'Display name'],
  ['mobilePhone', 'Mobile phone'],
] as const

const ROLES = [
  ['organization_reader', 'Reader', 'sees everything in the organization'],
  ['organization_admin', 'Administrator', 'changes and revokes everything in the organization'],
  ['installation_admin', 'Installation', 'creates organizations'],
] as const

export function Profile({ user }: { readonly user: UserInFull }) {
  return (
    <div className="stack">
      <ProfileForm key={user.updatedAt} user={user} />
      <Panel title="Record">
        <Facts>
          <Fact name="Id">
            <Identifier>{user.id}</Identifier>
          </Fact>
          <Fact name="Created">
            <Time at={user.createdAt} />
          </Fact>
          <Fact name="Last sign-in">
            <Time at={user.lastLoginAt} never="never" />
          </Fact>
          <Fact name="Status since">
            <Time at={user.statusChangedAt} />
          </Fact>
          <Fact name="Password">
            {user.hasPassword ? (
              <>
                set <Time at={user.passwordChangedAt} never="" />
              </>
            ) : (
              'none'
            )}
          </Fact>
        </Facts>
      </Panel>
      <Roles user={user} />
    </div>
  )
}

function ProfileForm({ user }: { readonly user: UserInFull }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const { canManage, user: you } = useSession()
  const isLocked = !canManage || forbidden(user.actions, 'update') !== null
  const [values, setValues] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(FIELDS.map(([name]) => [name, profileText(user, name)])),
  )
  const changed = FIELDS.filter(([name]) => values[name] !== profileText(user, name))
  const save = () =>
    updateUser(
      user.id,
      Object.fromEntries(changed.map(([name]) => [name, values[name]?.trim() || null])),
    ).then(() => client.invalidateQueries({ queryKey: ['users'] }))
  const saving = useMutation({ mutationFn: save })
  const renames = changed.some(([name]) => name === 'login')
  return (
    <Panel title="Profile">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (!renames) return saving.mutate()
          confirm({
            title: 'Rename user',
            button: 'Rename and revoke',
            danger: true,
            children: (
              <div className="stack">
                <p>
                  A new login revokes every token, code, consent and session of <Name>{user.login}</Name>:
                  what was issued to the old name is no longer good. The user signs in again under the new
                  one.
                </p>
                {user.id === you.id && (
                  <Notice tone="danger" title="This is you: you are signed out at once." />
                )}
              </div>
            ),
            run: save,
          })
        }}
      >
        <div className="two">
          {FIELDS.map(([name, label]) => (
            <TextInput
              key={name}
              label={label}
              value={values[name] ?? ''}
              readOnly={isLocked}
              onChange={(event) => {
                const { value } = event.currentTarget
                setValues((before) => ({ ...before, [name]: value }))
              }}
              autoComplete="off"
            />
          ))}
        </div>
        <Problem error={saving.error} />
        {canManage && (
          <div className="row">
            <Button
              type="submit"
              variant="primary"
              disabled={changed.length === 0}
              loading={saving.isPending}
            >
              Save
            </Button>
            {renames && <span className="soft">A new login revokes all the user's tokens.</span>}
          </div>
        )}
      </form>
    </Panel>
  )
}

function Roles({ user }: { readonly user: UserInFull }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const { canManage, roles: mine, user: you } = useSession()
  const held = roleNames(user)
  const changing = useMutation({
    mutationFn: ([role, isGranted]: readonly [string, boolean]) =>
      isGranted ? grantRole(user.id, role) : withdrawRole(user.id, role),
    onSettled: () => client.invalidateQueries({ queryKey: ['users', 'one', user.id] }),
  })
  return (
    <Panel title="Roles" note="What the user may do in this console and through the API">
      <div className="stack-tight">
        {ROLES.filter(
          ([role]) => role !== 'installation_admin' || mine.includes(role) || held.includes(role),
        ).map(([role, label, does]) => (
          <Checkbox
            key={role}
            size="sm"
            label={label}
            description={does}
            checked={held.includes(role)}
            disabled={!canManage || changing.isPending}
            onChange={(event) => {
              const isGranted = event.currentTarget.checked
              if (isGranted || user.id !== you.id) return changing.mutate([role, isGranted])
              confirm({
                title: 'Give up your own role',
                button: 'Give it up',
                danger: true,
                children: <p>You lose what the role allows at once, and cannot give it back to yourself.</p>,
                run: () => changing.mutateAsync([role, false]),
              })
            }}
          />
        ))}
        <Problem error={changing.error} />
      </div>
    </Panel>
  )
}
