#!/usr/bin/env node
// The production command. Plain JavaScript, so that an older Node gets a sentence and not a stack.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `rescind: Node 24 or newer is needed for its SQLite (node:sqlite); this is Node ${process.versions.node}\n`,
  )
  process.exitCode = 1
} else {
  await import('../dist/start/main.js')
}
