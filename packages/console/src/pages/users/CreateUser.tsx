import { Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createUser } from '../../api/users.ts'
import { FormDialog } from '../../design/FormDialog.tsx'

export function CreateUser({ close }: { readonly close: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [fields, setFields] = useState({ login: '', email: '', firstName: '', lastName: '' })
  const [password, setPassword] = useState('')
  const [activate, setActivate] = useState(true)
  const set = (name: keyof typeof fields) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setFields((before) => ({ ...before, [name]: value }))
  }
  const creating = useMutation({
    mutationFn: () =>
      createUser({
        profile: Object.fromEntries(
          Object.entries({ ...fields, email: fields.email || fields.login })
            .map(([name, value]) => [name, value.trim()])
            .filter(([, value]) => value !== ''),
        ),
        ...(password === '' ? {} : { password }),
        activate,
      }),
    onSuccess: async (user) => {
      await client.invalidateQueries({ queryKey: ['users'] })
      close()
      await navigate({ to: '/users/$userId', params: { userId: user.id } })
    },
  })
  return (
    <FormDialog
      title="Add user"
      close={close}
      button="Add user"
      mayRun={fields.login.trim() !== ''}
      isRunning={creating.isPending}
      onSubmit={() => creating.mutate()}
      error={creating.error}
    >
      <TextInput
        label="Login"
        description="What the user signs in with; usually an email address"
        required
        value={fields.login}
        onChange={set('login')}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label="Email"
        placeholder={fields.login || 'As the login'}
        value={fields.email}
        onChange={set('email')}
        autoComplete="off"
      />
      <div className="two">
        <TextInput
          label="First name"
          value={fields.firstName}
          onChange={set('firstName')}
          autoComplete="off"
        />
        <TextInput label="Last name" value={fields.lastName} onChange={set('lastName')} autoComplete="off" />
      </div>
      <PasswordInput
        label="Password"
        description="May be set later"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="new-password"
      />
      <Checkbox
        size="sm"
        label="May sign in at once"
        checked={activate}
        onChange={(event) => setActivate(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
