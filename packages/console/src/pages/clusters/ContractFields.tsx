import { MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { allApisQuery } from '../../api/apis.ts'
import { providersQuery } from '../../api/federation.ts'
import { visible } from '../../design/Name.tsx'
import { type Draft, WHEN_STALE } from './contract.ts'

interface Props {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
}

/** What a cluster may see, and how long it may go on without being told. */
export function ContractFields({ draft, onChange }: Props) {
  const apis = useQuery(allApisQuery)
  const providers = useQuery(providersQuery)
  return (
    <>
      <MultiSelect
        label="APIs that it serves"
        data={apiChoices(apis.data?.items ?? [], draft.apis)}
        value={[...draft.apis]}
        onChange={(chosen) => onChange({ apis: chosen })}
        searchable
        comboboxProps={{ withinPortal: true }}
      />
      {(providers.data?.length ?? 0) + draft.identityProviders.length > 0 && (
        <MultiSelect
          label="Identity providers whose tokens it takes"
          data={withOthers(
            (providers.data ?? []).map(({ issuerUri, displayName }) => ({
              value: issuerUri,
              label: `${visible(displayName)} (${visible(issuerUri)})`,
            })),
            draft.identityProviders,
          )}
          value={[...draft.identityProviders]}
          onChange={(chosen) => onChange({ identityProviders: chosen })}
          searchable
          comboboxProps={{ withinPortal: true }}
        />
      )}
      {draft.class === 'connected' ? (
        <div className="two">
          <NumberInput
            label="Stale after, in seconds"
            value={draft.seconds}
            onChange={(seconds) => onChange({ seconds })}
            min={0.1}
            max={86_400}
            hideControls
          />
          <NativeSelect
            label="When stale"
            value={draft.whenStale}
            data={WHEN_STALE}
            onChange={(event) => onChange({ whenStale: event.currentTarget.value })}
          />
        </div>
      ) : (
        <div className="two">
          <TextInput
            label="Library"
            value={draft.library}
            onChange={(event) => onChange({ library: event.currentTarget.value })}
          />
          <NumberInput
            label="Caches for, in seconds"
            value={draft.cacheSeconds}
            onChange={(cacheSeconds) => onChange({ cacheSeconds })}
            min={0}
            allowDecimal={false}
            hideControls
          />
        </div>
      )}
    </>
  )
}

interface Choice {
  readonly value: string
  readonly label: string
}

/** A cluster may have named an API by its id or by its identifier: it is offered under the name that it has there. */
function apiChoices(
  apis: readonly { readonly id: string; readonly name: string; readonly identifier: string }[],
  chosen: readonly string[],
): readonly Choice[] {
  const known = apis.map(({ id, name, identifier }) => ({
    value: chosen.includes(identifier) ? identifier : id,
    label: `${visible(name)} (${visible(identifier)})`,
  }))
  return withOthers(known, chosen)
}

/** What is chosen and no longer there stays to be seen, and to be taken out. */
function withOthers(known: readonly Choice[], chosen: readonly string[]): Choice[] {
  const gone = chosen.filter((value) => known.every((choice) => choice.value !== value))
  return [...known, ...gone.map((value) => ({ value, label: visible(value) }))]
}
