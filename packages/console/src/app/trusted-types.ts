/**
 * The policy of the page demands Trusted Types; this is the one policy there is, and it lets through no markup at
 * all: a text without `<` cannot become an element. Style sheets made at run time are such texts. Scripts by text or
 * address are never made.
 */
window.trustedTypes?.createPolicy('default', {
  createHTML: (text) => {
    if (text.includes('<')) throw new TypeError('markup is never made of text here')
    return text
  },
})

/** The nonce of this page's styles. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? ''
globalThis.__webpack_nonce__ = styleNonce
