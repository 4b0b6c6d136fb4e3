import { Page } from '../../design/Page.tsx'

export function ServerPage() {
  return <Page title="ServerPage">{null}</Page>
}
