/** Thrown if messages cannot be removed from their file; its message says why. */
export class UnsoundMessages extends Error {}
