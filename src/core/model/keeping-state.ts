/** States of a recording under holds and retention. */
export const keepingStates = ['due', 'deferred', 'held', 'kept', 'free', 'no-rule'] as const;

/**
 * `due`: its not-after has passed, and nothing forbids deletion; `deferred`: it has passed, and something forbids it; `held`: a hold forbids it; `kept`: something else does; `free`: its
 * not-before has passed, or it has none, and its not-after has not; `no-rule`: no rule is about it.
 */
export type KeepingState = (typeof keepingStates)[number];

/** Fields of `retention` in recording.json that a rule can name. */
export const recorderFields = ['policy', 'expires', 'hold', 'lock'] as const;

/** A field of `retention` in recording.json. */
export type RecorderField = (typeof recorderFields)[number];
