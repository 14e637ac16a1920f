import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';

/** Matches `<n>_<contact>_<segment>`: names in the storage center since ids have 64 bits. The meaning of n is unknown. */
const segmentStem = /^(\d{1,4})_(\d{1,20})_(\d{1,20})$/;
/** Matches `SC_<site>_<number>_<number>_<times>__<numbers>`: names in older storage centers. */
const oldStem = /^SC_\d{1,10}_(\d{1,10})_(\d{1,10})_/i;
/** Matches SQL Server's `Mar 10 2010  7:16AM` with spaces for the colons; hours and days below ten are preceded by a space. */
const oldTime = /[A-Z][a-z]{2} {1,2}\d{1,2} \d{4} {1,2}\d{1,2} \d{2}[AP]M/g;

/** Ids in the name of a file. */
export interface SegmentName {
  readonly n: number;
  readonly contact: string;
  readonly segment: string;
}

/** Returns the stem of the name at the end of a path; both slashes separate folders. */
export function stemOf(path: string): string {
  const name = baseName(path.replaceAll('\\', '/')).trim();
  return name.slice(0, name.length - extension(name).length);
}

export function segmentName(path: string): SegmentName | null {
  const [, n = '', contact = '', segment = ''] = segmentStem.exec(stemOf(path)) ?? [];
  return segment === '' ? null : { n: Number(n), contact, segment };
}

/** Returns the content of an old name: two numbers that may be logger and channel, and its times to the minute, unchanged. */
export function oldName(path: string): { readonly numbers: string; readonly times: readonly string[] } | null {
  const stem = stemOf(path);
  const found = oldStem.exec(stem);
  return found === null ? null : { numbers: `${found[1]} ${found[2]}`, times: [...new Set(stem.match(oldTime))] };
}

/** Returns a time of an old name. */
export function oldNameTime(text: string, zone: string | null): TimeValue {
  const time = parseTime(text.replaceAll(/ +/g, ' '), { format: 'MMM D YYYY h mmA', zone, basis: 'name' });
  return { ...time, raw: text };
}

/**
 * Returns true for a name that only this family uses: with ids of 64 bits, with the extension of NICE's own container, or with the storage center's old prefix.
 */
export function isEngageName(path: string): boolean {
  const name = segmentName(path);
  if (name === null) return (oldName(path)?.times.length ?? 0) > 0;
  return extension(path).toLowerCase() === '.nmf' || (name.contact.length >= 15 && name.segment.length >= 15);
}
