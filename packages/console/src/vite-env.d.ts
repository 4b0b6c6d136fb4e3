/** Read by the library that keeps the page from scrolling under a dialog: the nonce for its style. */
declare var __webpack_nonce__: string | undefined

interface Window {
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createHTML: (text: string) => string }): unknown
  }
}
