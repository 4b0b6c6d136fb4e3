/** The response to give: that of the server under measurement, so that all send the same bytes. */
export function response() {
  const { headers, body } = JSON.parse(process.env.BENCH_RESPONSE)
  return { headers, body: Buffer.from(body) }
}
