export interface Organizations {
  id: string
  name: string
  subdomain: string
  created_at: number
}
