import type { Logger } from 'pino'
export async function demonstrate(_serving: { readonly localUrl: string }, _logger: Logger): Promise<void> {}
