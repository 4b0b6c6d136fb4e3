import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { signInAddress } from '../../api/session.ts'
import { Mark } from '../shell/Mark.tsx'
import './session.css'

export function SignIn() {
  useEffect(() => {
    document.title = 'Sign in · Rescind'
  }, [])
  return (
    <main className="sign-in">
      <Mark size={40} />
      <h1>Rescind</h1>
      <p className="soft">
        The console of this authority: see the keys, press revoke, watch it take effect. You sign in at the
        authority itself; this page never holds a token.
      </p>
      <Button component="a" href={signInAddress()} variant="primary" fullWidth>
        Sign in
      </Button>
      <a className="soft" href={signInAddress(true)}>
        Use another account
      </a>
    </main>
  )
}
