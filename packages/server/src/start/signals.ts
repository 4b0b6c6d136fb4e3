import type { Logger } from 'pino'

/**
 * Stops in good order at the first SIGTERM, SIGINT or SIGHUP, or when the launcher that started this process is
 * gone, and exits 0; at the second one exits 1 at once.
 */
export function stopOnSignal(serving: { stop(): Promise<void> }, logger: Logger): void {
  let stopping = false
  const stop = (reason: string) => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ reason }, 'stopping')
    serving.stop().then(
      () => process.exit(0),
      (failure: unknown) => {
        logger.fatal({ err: failure }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  if (process.connected) process.once('disconnect', () => stop('the launcher is gone'))
}
