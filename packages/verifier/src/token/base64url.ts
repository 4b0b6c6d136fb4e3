const SHAPE = /^[A-Za-z0-9_-]+$/
/** What the last character may be when it carries two, or four, bits that count. */
const LAST_OF_TWO = /[AQgw]$/
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/

/**
 * Whether a text is base64url in its one canonical spelling (RFC 4648 sections 3.5 and 5): no padding, no white space,
 * no stray bits in the last character. So one token has one spelling.
 */
export function isCanonicalBase64url(text: string): boolean {
  if (!SHAPE.test(text)) return false
  switch (text.length % 4) {
    case 1:
      return false
    case 2:
      return LAST_OF_TWO.test(text)
    case 3:
      return LAST_OF_THREE.test(text)
    default:
      return true
  }
}
