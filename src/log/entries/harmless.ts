import type { Finding } from '../../core/findings/finding.ts';

/**
 * True for what is told of a log and is no damage: what a run that was stopped left (A113), and a key that took over from a lost one (L103), for
 * whoever holds that key.
 */
export function isHarmless({ code }: Pick<Finding, 'code'>, holdsKey: boolean): boolean {
  return code === 'A113' || (code === 'L103' && holdsKey);
}
