/** Bodies that no operation may accept, whatever it is: each is refused before its members are looked at. */
export interface HostileBody {
  readonly name: string
  readonly bytes: Buffer
  readonly contentType?: string
}

const json = 'application/json'
const text = (name: string, body: string, contentType = json): HostileBody => ({
  name,
  bytes: Buffer.from(body),
  contentType,
})
const bytes = (name: string, ...parts: readonly (string | readonly number[])[]): HostileBody => ({
  name,
  bytes: Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  ),
  contentType: json,
})

/** `secret` stands in each body that could carry one: what is refused must not reach the log either. */
export function hostileBodies(secret: string): readonly HostileBody[] {
  const member = JSON.stringify({ password: secret, d: secret })
  return [
    text('cut off', member.slice(0, -1)),
    text('two values', `${member}${member}`),
    text('not JSON', `password=${secret}`),
    text('a trailing comma', `{"password":"${secret}",}`),
    text('a comment', `{/* */"password":"${secret}"}`),
    text('NaN', '{"limit":NaN}'),
    text('an integer out of range', '{"limit":123456789012345678901234567890}'),
    text('a number out of range', '{"limit":1e999}'),
    text('a member twice', `{"password":"a","password":"${secret}"}`),
    text('a member twice, spelled differently', `{"password":"a","p\\u0061ssword":"${secret}"}`),
    text('__proto__', `{"__proto__":{"admin":true},"password":"${secret}"}`),
    text('__proto__, escaped', '{"\\u005f_proto__":{"admin":true}}'),
    text('__proto__, nested', '{"settings":{"oauthClient":{"__proto__":{"admin":true}}}}'),
    text('constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'),
    text('prototype', '{"prototype":{"admin":true}}'),
    text('nested 10,000 arrays deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    text('nested 5,000 objects deep', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
    text('only opening brackets', '['.repeat(100_000)),
    bytes('a byte order mark', [0xef, 0xbb, 0xbf], member),
    bytes('UTF-16', Buffer.from(member, 'utf16le').toJSON().data),
    bytes('a lone continuation byte', '{"password":"', [0x80], '"}'),
    bytes('an overlong slash', '{"password":"', [0xc0, 0xaf], '"}'),
    bytes('an encoded surrogate', '{"password":"', [0xed, 0xa0, 0x80], '"}'),
    bytes('a NUL outside a string', [0], member),
    text('1 MB of one member', `{"password":"${'x'.repeat(1_048_576)}"}`),
    text('5 MB', `{"password":"${'x'.repeat(5_242_880)}"}`),
    text('a form', `password=${secret}`, 'application/x-www-form-urlencoded'),
    text('text', member, 'text/plain'),
    text('XML', `<password>${secret}</password>`, 'application/xml'),
    text('another JSON', member, 'application/merge-patch+json'),
    text('a malformed content type', member, 'application'),
    text('multipart', member, 'multipart/form-data; boundary=x'),
  ]
}

/** What is put in the place of an id, as it stands in the request line. */
export const HOSTILE_IDS: readonly (readonly [name: string, raw: string])[] = [
  ['SQL', "'%20OR%201=1%20--"],
  ['SQL, double quotes', '%22;DROP%20TABLE%20users;--'],
  ['SQL, pattern', '%25'],
  ['SQL, one character', '_'],
  ['a parent folder', '..'],
  ['a parent folder, encoded', '%2e%2e'],
  ['a path, encoded', '..%2f..%2fetc%2fpasswd'],
  ['a path with backslashes', '..%5c..%5cboot.ini'],
  ['NUL', '%00'],
  ['an id with NUL', '0oa%00'],
  ['a line break', '%0d%0aSet-Cookie:x=1'],
  ['overlong dots', '%c0%ae%c0%ae'],
  ['half an escape', '%'],
  ['a wrong escape', '%zz'],
  ['unicode', '%e2%80%ae%f0%9f%94%91'],
  ['invalid UTF-8', '%ff%fe'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['a template', '$%7b7*7%7d'],
  ['10 kB', 'a'.repeat(10_240)],
  ['a semicolon', ';x=1'],
  ['a number', '1'],
  ['a negative number', '-1'],
  ['undefined', 'undefined'],
]

/** Values for query parameters, as they stand in the request line. */
export const HOSTILE_VALUES: readonly string[] = [
  '',
  '-1',
  '0',
  '1e9',
  '99999999999999999999',
  'NaN',
  'abc',
  "'%20OR%201=1%20--",
  '%00',
  '%ff%fe',
  '%',
  '..%2f..%2f',
  '__proto__',
  'a'.repeat(4_096),
  '%22'.repeat(500),
  `${'('.repeat(500)}status%20eq%20%22ACTIVE%22${')'.repeat(500)}`,
  'status%20eq%20%22ACTIVE',
  'profile.login%20eq%20%22x%22%20or%201=1',
  'eyJpZCI6IjAwdSJ9',
  '%25%25%25',
  '_',
]

/** Parameters that some operation or other reads, beside those that its schema names. */
export const COMMON_PARAMETERS: readonly string[] = ['limit', 'after', 'q', 'filter', 'search', 'expand']

/** The same of the Atlas Administration API. */
export const ATLAS_PARAMETERS: readonly string[] = ['pageNum', 'envelope', 'eventType', 'minDate']

/** One value of each type that JSON has, for the place where another type belongs. */
export const WRONG_TYPES: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  '',
  "' OR 1=1 --",
  '\u0000',
  '\ud800',
  'x'.repeat(20_000),
  [],
  [[]],
  [null],
  {},
  { $ne: null },
  { toString: 1, valueOf: 2 },
]
