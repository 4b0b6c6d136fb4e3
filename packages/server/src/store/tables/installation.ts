/** Facts of the whole installation, by name: the master-key check, the ids of the first start. */
export interface Installation {
  name: string
  value: string
}
