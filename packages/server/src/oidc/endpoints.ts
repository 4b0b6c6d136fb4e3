interface Whose {
  /** The `iss`. */
  readonly url: string
  readonly issuerId: string
  readonly organizationId: string
}

/** Where an issuer's endpoints are: an organization's own are below `/oauth2`, its issuer being the bare origin. */
export function endpointsOf({ url, issuerId, organizationId }: Whose): string {
  return issuerId === organizationId ? `${url}/oauth2/v1` : `${url}/v1`
}
