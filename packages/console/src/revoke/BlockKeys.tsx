import { Checkbox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { healthQuery } from '../api/federation.ts'
import { visible } from '../design/Name.tsx'
import { Notice, Problem } from '../design/Notice.tsx'

interface Props {
  readonly provider: string
  readonly kids: readonly string[]
  readonly onKids: (kids: readonly string[]) => void
}

/** What revoking the keys of a provider does, and which of those that are still published are to go as well. */
export function BlockKeys({ provider, kids, onKids }: Props) {
  const { data: health, error } = useQuery(healthQuery(provider))
  const published = new Set(
    health?.keys.flatMap(({ kid, state }) =>
      kid !== null && (state === 'trusted' || state === 'published') ? kid : [],
    ),
  )
  return (
    <>
      <Notice
        tone="danger"
        title="Everybody who signed in through this provider is logged out, in every connected organization."
      >
        Its keys are fetched anew, past every cache. What they signed until now is void, people and programs
        alike. A key that is published no longer is blocked for ever. If the provider does not answer, none of
        its keys is trusted until it does.
      </Notice>
      <Problem error={error} />
      {published.size > 0 && (
        <fieldset className="block-keys">
          <legend>Block for ever, even if it is still published</legend>
          <p className="softer">
            A stolen key that the provider still publishes signs on, dated later. Replace it there first;
            otherwise block it here: then nothing that it signs is taken again.
          </p>
          {[...published].map((kid) => (
            <Checkbox
              key={kid}
              size="sm"
              label={visible(kid)}
              checked={kids.includes(kid)}
              onChange={(event) =>
                onKids(event.currentTarget.checked ? [...kids, kid] : kids.filter((one) => one !== kid))
              }
            />
          ))}
        </fieldset>
      )}
    </>
  )
}
