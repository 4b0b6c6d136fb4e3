import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { native } from '../../api/http.ts'
import type { RevocationInDetail } from '../../api/revocations.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { Name, visible } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Page, Panel } from '../../design/Page.tsx'
import { ExactTime } from '../../design/Time.tsx'
import { titleOfTarget } from '../../revoke/target.ts'
import { Fleet } from './Fleet.tsx'
import { effectQuery, useEffectNews } from './progress.ts'
import { reasonWords } from './RevocationsPage.tsx'

const route = getRouteApi('/revocations/$revocationId')

/** One revocation: the fleet turning, node by node, and then the receipt. */
export function RevocationPage() {
  const { revocationId } = route.useParams()
  const { data: revocation, error, refetch } = useQuery(effectQuery(revocationId))
  useEffectNews(revocationId, revocation !== undefined && !revocation.effect.receipt)
  if (revocation === undefined)
    return (
      <Page title="Revocation">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  const { kind, id, title } = titleOfTarget(revocation)
  return (
    <Page
      title={`Revocation of ${kind.toLowerCase()} ${visible(title)}`}
      heading={
        <>
          {kind} <Name wrap>{title}</Name>
        </>
      }
      above={<Link to="/revocations">Revocations</Link>}
      lead={
        <>
          Revoked by <Name>{revocation.actor.name ?? revocation.actor.id}</Name>,{' '}
          <ExactTime at={revocation.at} />
        </>
      }
      actions={<ReceiptButton revocation={revocation} />}
    >
      <Fleet revocation={revocation} />
      <Panel title="Record">
        <Facts>
          <Fact name="Target">
            <Identifier>{id}</Identifier>
          </Fact>
          <Fact name="Reason">{reasonWords(revocation.reason)}</Fact>
          <Fact name="Note">
            <Name wrap>{revocation.note ?? ''}</Name>
          </Fact>
          <Fact name="Cause">{revocation.cause ?? 'asked for by the actor'}</Fact>
          <Fact name="Entry">
            <Identifier>{revocation.position}</Identifier>
          </Fact>
          <Fact name="Times">{revocation.times}</Fact>
          <Fact name="Id">
            <Identifier>{revocation.id}</Identifier>
          </Fact>
        </Facts>
      </Panel>
    </Page>
  )
}

function ReceiptButton({ revocation }: { readonly revocation: RevocationInDetail }) {
  const { id, effect } = revocation
  if (!effect.receipt)
    return (
      <Button disabled leftSection={<IconDownload size={15} />}>
        Receipt follows the effect
      </Button>
    )
  return (
    <Button
      component="a"
      href={native('revocations', id, 'receipt')}
      download={`rescind-receipt-${id}.json`}
      variant="primary"
      leftSection={<IconDownload size={15} />}
    >
      Receipt
    </Button>
  )
}
