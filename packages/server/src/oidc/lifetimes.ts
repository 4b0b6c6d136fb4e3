/** Seconds. All of them are finite and fixed at issue: what is in the log need not be remembered for longer. */
export const LIFETIMES = {
  accessToken: 3_600,
  authorizationCode: 60,
  deviceCode: 600,
  /** A grant is made within a session and has to be there as long as what is issued under it. */
  grant: 15 * 86_400,
  idToken: 3_600,
  interaction: 3_600,
  /** From the first token of the family on, however often it is exchanged (RFC 9700 section 4.14.2). */
  refreshToken: 14 * 86_400,
  /** From the sign-in on, however much the session is used. */
  session: 12 * 3_600,
} as const
