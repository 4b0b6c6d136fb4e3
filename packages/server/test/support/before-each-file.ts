import { refillRsaKeyPairs } from './rsa-key-pairs.ts'

// Several test files run in one process, one after the other.
refillRsaKeyPairs()
