const FINAL = 0x80
const OPCODES = { text: 0x1, binary: 0x2 } as const
const LENGTH_FOLLOWS_IN_2 = 126
const LENGTH_FOLLOWS_IN_8 = 127

/**
 * A message as it goes over the wire from a server: one frame, not masked (RFC 6455 section 5.2). What thousands are
 * told at once is framed once; the library would do it for each of them, in two pieces.
 */
export function webSocketMessage(kind: keyof typeof OPCODES, payload: Uint8Array): Buffer {
  const { length } = payload
  const extended = length < LENGTH_FOLLOWS_IN_2 ? 0 : length < 2 ** 16 ? 2 : 8
  const message = Buffer.allocUnsafe(2 + extended + length)
  message[0] = FINAL | OPCODES[kind]
  message[1] = extended === 0 ? length : extended === 2 ? LENGTH_FOLLOWS_IN_2 : LENGTH_FOLLOWS_IN_8
  if (extended === 2) message.writeUInt16BE(length, 2)
  else if (extended === 8) message.writeBigUInt64BE(BigInt(length), 2)
  message.set(payload, 2 + extended)
  return message
}
