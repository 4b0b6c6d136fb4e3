import { Page } from '../../design/Page.tsx'

export function ApiPage() {
  return <Page title="ApiPage">{null}</Page>
}
