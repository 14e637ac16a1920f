import { limits } from '../../core/base/limits.ts';

/** Returns the name and value in a line `name: value` or `name=value`, without the spaces around them; null for any other line. */
export function linePair(line: string): readonly [name: string, value: string] | null {
  const found = /^\s*([\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,80}?)\s*[:=]\s?(.*)$/u.exec(line);
  return found?.[1] === undefined ? null : [found[1], (found[2] ?? '').trim()];
}

/** Returns the pairs in the lines of a text, in order. Lines that are not pairs are left out. */
export function linePairs(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pair = pairs.length < limits.recordFields ? linePair(line) : null;
    if (pair !== null) pairs.push([...pair]);
  }
  return pairs;
}
