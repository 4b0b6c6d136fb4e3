/** What a client that did not authenticate is told, at every endpoint of an authorization server: Okta's texts. */
export const CLIENT_TEXTS = {
  missing: 'No client credentials found',
  multiple:
    "Can't supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a `client_assertion` in the post body.",
  assertionType: 'The `client_assertion_type` is invalid.',
  kid: 'The client_assertion JWT kid is invalid.',
  failed: 'client authentication failed',
} as const
