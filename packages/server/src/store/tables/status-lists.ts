/** Token status lists: for verifiers that read a list instead of the log. Each has room for a fixed number of tokens. */
export interface StatusLists {
  organization_id: string
  /** `stl…`, unique in the installation: a part of the list's address. */
  id: string
  issuer_id: string
  /** How many tokens have a place in it: a power of four. */
  size: number
  /** How many places have been given away. */
  taken: number
  /** Hexadecimal: what the places are shuffled by. It hides the order of issue and protects nothing else. */
  shuffle: string
  created_at: number
}

/** The place of a token in a list. A place is given once, whatever becomes of its token. */
export interface StatusPlaces {
  organization_id: string
  list_id: string
  place: number
  token_id: string
  expires_at: number
}
