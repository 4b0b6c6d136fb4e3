import type { Logger } from 'pino'

/**
 * Stops in good order at the first SIGTERM, SIGINT or SIGHUP and exits 0; at the second one exits 1 at once. The
 * launcher may ask for the same over its channel, as often as it likes, and by its own end.
 */
export function stopOnSignal(serving: { stop(): Promise<void> }, logger: Logger): void {
  let stopping = false
  const stop = (reason: string) => {
    if (stopping) return
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
  let signals = 0
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {
      signals += 1
      if (signals > 1) process.exit(1)
      stop(signal)
    })
  if (!process.connected) return
  process.on('message', (message) => message === 'stop' && stop('the launcher said so'))
  process.once('disconnect', () => stop('the launcher is gone'))
}
