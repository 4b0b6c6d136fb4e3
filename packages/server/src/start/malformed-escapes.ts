/**
 * A path whose percent-encoding cannot be decoded stands for itself, so that it reaches the dialect it is for and
 * is refused there, in that dialect's words, like any other path that names nothing.
 */
export function escapeMalformed(url: string): string {
  const [path = '', ...query] = url.split('?')
  if (isDecodable(path)) return url
  return [path.replaceAll('%', '%25'), ...query].join('?')
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
