import { Link } from '@tanstack/react-router'
import { Page } from '../design/Page.tsx'

export function Missing() {
  return (
    <Page title="There is no such page">
      <p className="soft">
        The address may be from another version. <Link to="/">Go to the overview.</Link>
      </p>
    </Page>
  )
}
