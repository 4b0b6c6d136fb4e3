/** `//api/v1/apps` is `/api/v1/apps`; slashes elsewhere in the path stay as they are. */
export function collapseLeadingSlashes(url: string): string {
  let first = 0
  while (url[first + 1] === '/' && url[first] === '/') first += 1
  return url.slice(first)
}
