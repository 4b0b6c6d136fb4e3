import { runCommand } from './commands/index.ts'

const words = process.argv.slice(2)
// Whoever revokes in a hurry does not wait for a server to be loaded.
if (!(await runCommand(words))) {
  const { commandLine } = await import('./command-line.ts')
  await commandLine(words)
}
