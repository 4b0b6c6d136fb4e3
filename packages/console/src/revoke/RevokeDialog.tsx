import { Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Target } from '../api/revocations.ts'
import { visible } from '../design/Name.tsx'
import { useTell } from '../design/Toast.tsx'
import { ChooseTarget } from './ChooseTarget.tsx'
import { ConfirmBatch } from './ConfirmBatch.tsx'
import { ConfirmRevocation } from './ConfirmRevocation.tsx'
import type { RevokeRequest } from './RevokeProvider.tsx'
import './revoke.css'

interface Props {
  readonly request: RevokeRequest
  readonly close: () => void
}

interface Chosen {
  readonly target: Target
  readonly name: string
}

/** The one way to revoke: what → how much it hits and what it leaves → why → the effect, live. */
export default function RevokeDialog({ request, close }: Props) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const tell = useTell()
  const [chosen, setChosen] = useState<Chosen | null>(
    request.target === undefined ? null : { target: request.target, name: request.name ?? '' },
  )
  const finish = () => {
    for (const key of ['tokens', 'sessions', 'grants', 'revocations', 'servers', 'overview', 'federation'])
      void client.invalidateQueries({ queryKey: [key] })
    request.onDone?.()
    close()
  }
  const title = titleOf(request, chosen)
  return (
    <Modal opened onClose={close} title={title} size={640}>
      {request.tokens !== undefined ? (
        <ConfirmBatch
          tokens={request.tokens}
          close={close}
          onDone={(words) => {
            tell(words)
            finish()
          }}
        />
      ) : chosen === null ? (
        <ChooseTarget onChoose={(target, name) => setChosen({ target, name })} />
      ) : (
        <ConfirmRevocation
          target={chosen.target}
          name={chosen.name}
          token={request.token}
          close={close}
          onBack={request.target === undefined ? () => setChosen(null) : undefined}
          onDone={({ id }) => {
            finish()
            void navigate({ to: '/revocations/$revocationId', params: { revocationId: id } })
          }}
        />
      )}
    </Modal>
  )
}

/** The titles that people look for, where there are such. */
function titleOf({ tokens, target }: RevokeRequest, chosen: Chosen | null): string {
  if (tokens !== undefined || target?.type === 'token') return 'Revoke Tokens'
  if (chosen === null) return 'Revoke…'
  const { type } = chosen.target
  if (type === 'user' || type === 'application' || type === 'api' || type === 'user_application')
    return 'Revoke All Tokens'
  if (type === 'identity_provider') return 'Revoke JWKS'
  return `Revoke ${visible(type.replaceAll('_', ' '))}`
}
