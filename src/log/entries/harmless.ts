import type { Finding } from '../../core/findings/finding.ts';

/**
 * Returns true for findings about a log that are not damage: leftovers of a stopped run (A113), and a key that replaced a lost one (L103), on the
 * machine that has that key.
 */
export function isHarmless({ code }: Pick<Finding, 'code'>, holdsKey: boolean): boolean {
  return code === 'A113' || (code === 'L103' && holdsKey);
}
