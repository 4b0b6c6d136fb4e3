import { NativeSelect, NumberInput, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Api, createApi, replaceApi } from '../../api/apis.ts'
import { AuthorizationServer, serversPath } from '../../api/authorization-servers.ts'
import { ask, withQuery } from '../../api/http.ts'
import { pageOf } from '../../api/shape.ts'
import { FormDialog } from '../../design/FormDialog.tsx'

interface Props {
  /** The one that is edited; none for a new one. */
  readonly api?: Api
  readonly close: () => void
  readonly onDone: (api: Api) => void
}

const USUAL_LIFETIME = 3600

export function ApiForm({ api, close, onDone }: Props) {
  const client = useQueryClient()
  const [name, setName] = useState(api?.name ?? '')
  const [identifier, setIdentifier] = useState(api?.identifier ?? '')
  const [scopes, setScopes] = useState<readonly string[]>(api?.scopes ?? [])
  const [tokenFormat, setFormat] = useState(api?.tokenFormat ?? 'jwt')
  const [server, setServer] = useState(api?.authorizationServerId ?? 'default')
  const [lifetime, setLifetime] = useState<number | string>(api?.accessTokenLifetime ?? USUAL_LIFETIME)
  const servers = useQuery({
    queryKey: ['servers', 'choice'],
    queryFn: ({ signal }) =>
      ask(withQuery(serversPath, { limit: 200 }), pageOf(AuthorizationServer), { signal }),
  })
  const saving = useMutation({
    mutationFn: () => {
      const settings = {
        name: name.trim(),
        identifier: identifier.trim(),
        scopes,
        tokenFormat,
        authorizationServerId: server,
        accessTokenLifetime: Number(lifetime),
        enabled: api?.enabled ?? true,
      }
      return api === undefined ? createApi(settings) : replaceApi(api.id, settings)
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['apis'] })
      close()
      onDone(saved)
    },
  })
  const known = servers.data?.items.map(({ id, name: label }) => ({ value: id, label })) ?? []
  const choices = known.some(({ value }) => value === server)
    ? known
    : [{ value: server, label: server }, ...known]
  return (
    <FormDialog
      title={api === undefined ? 'Add API' : 'Edit API'}
      close={close}
      button={api === undefined ? 'Add API' : 'Save'}
      mayRun={identifier.trim() !== ''}
      isRunning={saving.isPending}
      onSubmit={() => saving.mutate()}
      error={saving.error}
    >
      <TextInput
        label="Name"
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label="Value"
        description="Absolute URI: the audience of its tokens, and what clients name as resource"
        required
        value={identifier}
        onChange={(event) => setIdentifier(event.currentTarget.value)}
        placeholder="https://orders.example.com"
        spellCheck={false}
      />
      <TagsInput label="Scopes" description="Enter after each" value={[...scopes]} onChange={setScopes} />
      <div className="two">
        <NativeSelect
          label="Access tokens"
          value={tokenFormat}
          data={[
            { value: 'jwt', label: 'JWT, verified offline' },
            { value: 'opaque', label: 'Opaque, introspected' },
          ]}
          onChange={(event) => setFormat(event.currentTarget.value)}
        />
        <NumberInput
          label="Lifetime in seconds"
          value={lifetime}
          onChange={setLifetime}
          min={1}
          allowDecimal={false}
          hideControls
        />
      </div>
      <NativeSelect
        label="Issued by"
        value={server}
        data={choices}
        onChange={(event) => setServer(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
