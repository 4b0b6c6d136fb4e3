/** The one strict reader of JSON from outside, which verifiers share. */
export { parseStrictJson, type StrictJson } from '@rescind/core/json'
