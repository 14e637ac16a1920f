/** States of a recording under holds and retention. */
export const keepingStates = ['due', 'deferred', 'held', 'kept', 'free', 'no-rule'] as const;

/**
 * `due`: its not-after has passed, and nothing forbids deletion. `deferred`: its not-after has passed, and something forbids deletion. `held`: a hold
 * forbids deletion. `kept`: something else forbids it, e.g. the not-before. `free`: deletion is allowed, and the not-after has not passed. `no-rule`:
 * no rule applies to it.
 */
export type KeepingState = (typeof keepingStates)[number];

/** Fields of `retention` in recording.json to which a rule can refer. */
export const recorderFields = ['policy', 'expires', 'hold', 'lock'] as const;

/** A field of `retention` in recording.json. */
export type RecorderField = (typeof recorderFields)[number];
