import { ConfirmProvider } from '../design/ConfirmProvider.tsx'
import { ToastProvider } from '../design/Toast.tsx'
import { RevokeProvider } from '../revoke/RevokeProvider.tsx'
import { SessionGate } from './session/SessionGate.tsx'
import { Shell } from './shell/Shell.tsx'

export function Root() {
  return (
    <ToastProvider>
      <SessionGate>
        <ConfirmProvider>
          <RevokeProvider>
            <Shell />
          </RevokeProvider>
        </ConfirmProvider>
      </SessionGate>
    </ToastProvider>
  )
}
