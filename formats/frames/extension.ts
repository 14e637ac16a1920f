import type { Hint } from '../../src/core/model/format.ts';

/** Returns the lower-case extension of a name, with its dot; '' if there is none. */
export function extensionOf(hint: Hint): string {
  const dot = hint.name.lastIndexOf('.');
  return dot <= 0 ? '' : hint.name.slice(dot).toLowerCase();
}
