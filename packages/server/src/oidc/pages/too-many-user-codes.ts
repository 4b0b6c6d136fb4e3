import { errors } from 'oidc-provider'

/** Too many user codes were tried from one place (RFC 8628 section 5.1). */
export class TooManyUserCodes extends errors.CustomOIDCProviderError {
  readonly seconds: number

  constructor(seconds: number) {
    super('slow_down', `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`)
    this.seconds = seconds
    this.message = `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  }
}
