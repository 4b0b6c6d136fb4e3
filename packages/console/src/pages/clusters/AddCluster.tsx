import { Button, Modal, MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { allApisQuery } from '../../api/apis.ts'
import { createCluster, createCredential } from '../../api/clusters.ts'
import { Problem } from '../../design/Notice.tsx'
import { Snippets } from './Snippets.tsx'

const CLASSES = [
  { value: 'connected', label: 'Connected: follows the log, obeys in milliseconds' },
  { value: 'standard', label: 'Standard: introspects, or reads a status list' },
  { value: 'unmanaged', label: 'Unmanaged: polls published keys' },
]
const WHEN_STALE = [
  { value: 'closed', label: 'Refuse everything (503)' },
  { value: 'introspect', label: 'Ask the authority' },
  { value: 'open', label: 'Accept, and say so' },
]
const USUAL_STALENESS = 10

/** A cluster, and then what its nodes need, with the credential in it. */
export function AddCluster({ close }: { readonly close: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const apis = useQuery(allApisQuery)
  const [name, setName] = useState('')
  const [of, setClass] = useState('connected')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [seconds, setSeconds] = useState<number | string>(USUAL_STALENESS)
  const [whenStale, setWhenStale] = useState('closed')
  const [library, setLibrary] = useState('jose')
  const [cache, setCache] = useState<number | string>(600)
  const adding = useMutation({
    mutationFn: async () => {
      const cluster = await createCluster({
        name: name.trim(),
        class: of,
        apis: chosen,
        identityProviders: [],
        maxStaleness: Math.round(Number(seconds) * 1_000),
        whenStale,
        ...(of === 'connected' ? {} : { verifierProfile: { library, cacheSeconds: Number(cache) } }),
      })
      const credential = of === 'connected' ? await createCredential(cluster.id) : null
      return { cluster, credential: credential?.credential ?? null }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  })
  const done = adding.data
  if (done !== undefined) {
    const open = () => {
      close()
      void navigate({ to: '/clusters/$clusterId', params: { clusterId: done.cluster.id } })
    }
    return (
      <Modal opened onClose={open} title="Cluster added" size={760}>
        <div className="stack">
          {done.credential !== null && (
            <Snippets
              credential={done.credential}
              audience={done.cluster.apis[0] ?? 'https://api.example.com'}
            />
          )}
          <Button variant="primary" onClick={open}>
            Open the cluster
          </Button>
        </div>
      </Modal>
    )
  }
  return (
    <Modal opened onClose={close} title="Add cluster">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          adding.mutate()
        }}
      >
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
        <NativeSelect
          label="Class"
          value={of}
          data={CLASSES}
          onChange={(event) => setClass(event.currentTarget.value)}
        />
        <MultiSelect
          label="APIs that it serves"
          data={(apis.data?.items ?? []).map(({ id, name: label, identifier }) => ({
            value: id,
            label: `${label} (${identifier})`,
          }))}
          value={[...chosen]}
          onChange={setChosen}
          searchable
          comboboxProps={{ withinPortal: true }}
        />
        {of === 'connected' ? (
          <div className="two">
            <NumberInput
              label="Stale after, in seconds"
              value={seconds}
              onChange={setSeconds}
              min={0.1}
              hideControls
            />
            <NativeSelect
              label="When stale"
              value={whenStale}
              data={WHEN_STALE}
              onChange={(event) => setWhenStale(event.currentTarget.value)}
            />
          </div>
        ) : (
          <div className="two">
            <TextInput
              label="Library"
              value={library}
              onChange={(event) => setLibrary(event.currentTarget.value)}
            />
            <NumberInput
              label="Caches for, in seconds"
              value={cache}
              onChange={setCache}
              min={0}
              allowDecimal={false}
              hideControls
            />
          </div>
        )}
        <Problem error={adding.error} />
        <div className="row">
          <Button className="push" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" loading={adding.isPending} disabled={name.trim() === ''}>
            Add cluster
          </Button>
        </div>
      </form>
    </Modal>
  )
}
