/** A node of a cluster that acknowledged once and was then cut off: it has a lease, and says nothing more. */
export async function silentNode(
  authority: string,
  credential: string,
  name: string,
): Promise<{
  readonly id: string
  /** What it has acknowledged. */
  readonly position: string
  acknowledge(position: string): Promise<number>
}> {
  const post = (path: string, body: object, token: string) =>
    fetch(`${authority}/api/rescind/v1/log${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const registered: unknown = await (await post('/nodes', { name }, credential)).json()
  if (typeof registered !== 'object' || registered === null) throw new TypeError('no node')
  if (!('nodeId' in registered) || !('nodeToken' in registered)) throw new TypeError('no node')
  const token = String(registered.nodeToken)
  const acknowledge = async (position: string) => (await post('/ack', { position }, token)).status
  const snapshot = await fetch(`${authority}/api/rescind/v1/log/snapshot`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await snapshot.arrayBuffer()
  const position = snapshot.headers.get('rescind-position') ?? ''
  const status = await acknowledge(position)
  if (status !== 200) throw new Error(`the first acknowledgement: ${status}`)
  return { id: String(registered.nodeId), position, acknowledge }
}
