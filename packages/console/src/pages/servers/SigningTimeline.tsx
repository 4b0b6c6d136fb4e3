import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rotate, type SigningKey, type SigningRing, stateOf } from '../../api/authorization-servers.ts'
import { useSession } from '../../app/session/useSession.ts'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Countdown, ExactTime, Time } from '../../design/Time.tsx'
import { RotateAndRevoke } from './RotateAndRevoke.tsx'
import './timeline.css'

const ORDER = ['next', 'active', 'retired', 'revoked']

/** The signing keys in the order of their lives, and the two ways to turn the ring. */
export function SigningTimeline({ ring, name }: { readonly ring: SigningRing; readonly name: string }) {
  const { canManage } = useSession()
  const confirm = useConfirm()
  const client = useQueryClient()
  const [revoking, setRevoking] = useState(false)
  const id = ring.authorizationServerId
  const active = ring.keys.find((key) => stateOf(key) === 'active')
  const keys = ring.keys.toSorted((a, b) => ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b)))
  const askRotate = () =>
    confirm({
      title: 'Rotate signing keys',
      button: 'Rotate',
      children: (
        <p>
          The next key signs from now on; the present one is retired in good order. Tokens that it signed stay
          good until they expire. Nothing is revoked, and nobody notices.
        </p>
      ),
      run: () => rotate(id).then(() => client.invalidateQueries({ queryKey: ['servers', 'signing', id] })),
    })
  return (
    <Panel
      title="Signing keys"
      note={
        <>
          {ring.algorithm}, {ring.rotationMode === 'AUTO' ? 'rotated by itself' : 'rotated by hand'}
          {ring.nextRotation !== null && (
            <>
              , next in <Countdown until={ring.nextRotation} />
            </>
          )}
        </>
      }
      flush
      actions={
        canManage && (
          <div className="row-wrap">
            <Button size="xs" onClick={askRotate}>
              Rotate
            </Button>
            <Button
              size="xs"
              variant="danger-quiet"
              disabled={active === undefined}
              onClick={() => setRevoking(true)}
            >
              Rotate and revoke
            </Button>
          </div>
        )
      }
    >
      <ol className="timeline" aria-label="Signing keys">
        {keys.map((key) => (
          <KeyOfTime key={key.kid} item={key} nextRotation={ring.nextRotation} />
        ))}
      </ol>
      {revoking && active !== undefined && (
        <RotateAndRevoke serverId={id} name={name} kid={active.kid} close={() => setRevoking(false)} />
      )}
    </Panel>
  )
}

function KeyOfTime({
  item,
  nextRotation,
}: {
  readonly item: SigningKey
  readonly nextRotation: string | null
}) {
  const state = stateOf(item)
  return (
    <li data-state={state}>
      <span className="timeline-state">
        <StatusMark state={state} />
      </span>
      <div className="timeline-key">
        <Identifier label="Copy the key id">{item.kid}</Identifier>
        <div className="softer row-wrap timeline-facts">
          <span>{item.algorithm}</span>
          <span>
            published <Time at={item.publishedAt} />
          </span>
          {item.activatedAt !== null && (
            <span>
              active from <ExactTime at={item.activatedAt} />
            </span>
          )}
          {item.retiredAt !== null && (
            <span>
              retired <ExactTime at={item.retiredAt} />
            </span>
          )}
          {item.revokedAt !== null && (
            <span className="struck">
              revoked <ExactTime at={item.revokedAt} />, never trusted again
            </span>
          )}
        </div>
      </div>
      <div className="timeline-end">
        {state === 'next' && nextRotation !== null && (
          <span>
            signs in <Countdown until={nextRotation} />
          </span>
        )}
        {(state === 'active' || state === 'retired') &&
          (item.lastTokenExpires === null ? (
            <span className="softer">no live token signed by this key</span>
          ) : (
            <span>
              last token signed by this key expires at <ExactTime at={item.lastTokenExpires.at} />
              {item.lastTokenExpires.exact ? '' : ' at the latest'}
            </span>
          ))}
        {item.withdrawnAt !== null && <span className="softer">no longer published</span>}
      </div>
    </li>
  )
}
