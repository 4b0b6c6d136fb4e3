/**
 * Seeds of runs that once failed, each with what was wrong. They are run in every test, for ever: append the seed
 * that the test prints. What a seed does changes with the simulation, so the fault has a test of its own besides.
 */
export const KEPT_SEEDS: readonly (readonly [seed: number, found: string])[] = [
  [43, 'an answer of introspection was believed although the log had meanwhile told of the revocation'],
  [1500, 'a poll that was lost was waited for so long that the verifier heard of nothing for a minute'],
  [2, 'a verifier that could not reach its authority polled for ever after, instead of following the stream'],
  [35, 'the waits between two attempts to connect did not grow while a known authority was unreachable'],
]
