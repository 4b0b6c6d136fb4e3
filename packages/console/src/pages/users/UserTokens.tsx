import { useMemo } from 'react'
import type { UserInFull } from '../../api/users.ts'
import { TokensTable } from '../../tokens/TokensTable.tsx'

export function UserTokens({ user }: { readonly user: UserInFull }) {
  const of = useMemo(() => ({ user: user.id }), [user.id])
  return <TokensTable of={of} />
}
