import type { ClientMetadata } from './client-metadata.ts'

/** The URL parser forgives white space, control characters and half characters; exact comparison does not. */
const PRINTABLE = /^[\x21-\x7e]+$/

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Schemes that a browser runs or reads itself: a code sent there is a code shown to a script. */
const DANGEROUS_SCHEMES = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'ftp:',
  'ws:',
  'wss:',
])

export type RedirectFault = 'not_absolute' | 'fragment' | 'userinfo' | 'wildcard' | 'scheme' | 'not_https'

/**
 * What is wrong with an address that codes or browsers are sent to. RFC 6749 section 3.1.2 (absolute, no
 * fragment), RFC 9700 section 2.1 (compared exactly, so no wildcard; https) and RFC 8252 section 7 (http only to
 * the loopback, private-use schemes only for native applications).
 */
export function redirectFault(
  uri: string,
  applicationType: ClientMetadata['application_type'],
): RedirectFault | undefined {
  if (!PRINTABLE.test(uri) || uri.includes('\\') || !URL.canParse(uri)) return 'not_absolute'
  const url = new URL(uri)
  if (uri.includes('#')) return 'fragment'
  if (uri.includes('*')) return 'wildcard'
  if (url.username !== '' || url.password !== '') return 'userinfo'
  if (url.protocol === 'https:') return /^https:\/\/[^/]/i.test(uri) ? undefined : 'not_absolute'
  if (url.protocol === 'http:') {
    if (!/^http:\/\/[^/]/i.test(uri)) return 'not_absolute'
    return LOOPBACK_HOSTS.has(url.hostname) ? undefined : 'not_https'
  }
  if (DANGEROUS_SCHEMES.has(url.protocol)) return 'scheme'
  return applicationType === 'native' ? undefined : 'not_https'
}

/** Whether an address that is shown as a link is anything but a plain web address. */
export function httpUrlFault(uri: string): boolean {
  return !PRINTABLE.test(uri) || !URL.canParse(uri) || !['http:', 'https:'].includes(new URL(uri).protocol)
}
