/** PostgreSQL documentation, "Message Formats": the version of the protocol, and requests that stand in its place. */
export const [SSL_REQUEST, CANCEL_REQUEST, VERSION_3] = [80_877_103, 80_877_102, 196_608]

/** A first packet: its length, and numbers of four bytes. */
export function packet(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4)
  bytes.writeInt32BE(bytes.length, 0)
  for (const [at, word] of words.entries()) bytes.writeInt32BE(word, 4 + at * 4)
  return bytes
}
