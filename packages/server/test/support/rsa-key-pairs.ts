import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * Making RSA keys took a quarter of the whole run: nearly every test needs a few, and hardly any cares which. Each test
 * file has databases of its own, so all of them may take the same keys, each key once.
 */
const FILE = join(import.meta.dirname, '../../../../node_modules/.cache/rescind-tests/rsa-key-pairs.json')
const ENOUGH = 96
const stored = Compile(Type.Array(Type.String()))
const generate = promisify(generateKeyPair)

async function fresh(): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
}

/** Before all tests: makes the supply where there is none yet. */
export default async function setup(): Promise<void> {
  if (existsSync(FILE)) return
  const pairs = await Promise.all(Array.from({ length: ENOUGH }, fresh))
  const texts = pairs.map(({ privateKey }) => privateKey.export({ format: 'pem', type: 'pkcs8' }))
  await mkdir(dirname(FILE), { recursive: true })
  // Whole or not at all: another run may look for it at any time.
  const unfinished = `${FILE}.${process.pid}`
  await writeFile(unfinished, JSON.stringify(texts))
  await rename(unfinished, FILE)
}

let left: string[] | undefined

/** Gives the next test file the whole supply again. */
export function refillRsaKeyPairs(): void {
  left = undefined
}

/** The next pair that this test file has not taken yet; beyond the supply it makes its own. */
export async function rsaKeyPairs(): ReturnType<typeof fresh> {
  left ??= stored.Parse(JSON.parse(readFileSync(FILE, 'utf8')))
  const text = left.pop()
  if (text === undefined) return fresh()
  const privateKey = createPrivateKey(text)
  return { publicKey: createPublicKey(privateKey), privateKey }
}
