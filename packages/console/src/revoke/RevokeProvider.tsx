import { createContext, lazy, type ReactNode, Suspense, useContext, useState } from 'react'
import type { Target } from '../api/revocations.ts'
import type { Token } from '../api/tokens.ts'

/** What somebody is about to revoke; nothing yet where they have still to choose. */
export interface RevokeRequest {
  readonly target?: Target
  /** What the target is called, where that is not its id. */
  readonly name?: string
  /** Several tokens that were picked one by one, by id. */
  readonly tokens?: ReadonlyMap<string, Token>
  /** The one token that the target names. */
  readonly token?: Token
  readonly onDone?: () => void
}

const Asking = createContext<(request: RevokeRequest) => void>(() => {})

/** Opens the one dialog that revokes. */
export const useRevoke = () => useContext(Asking)

const RevokeDialog = lazy(() => import('./RevokeDialog.tsx'))

export function RevokeProvider({ children }: { readonly children: ReactNode }) {
  const [request, setRequest] = useState<RevokeRequest | null>(null)
  return (
    <Asking value={setRequest}>
      {children}
      {request !== null && (
        <Suspense fallback={null}>
          <RevokeDialog request={request} close={() => setRequest(null)} />
        </Suspense>
      )}
    </Asking>
  )
}
