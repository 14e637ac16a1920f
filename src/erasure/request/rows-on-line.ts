import type { KeptRow } from '../../tables/keep/kept-row.ts';

/** Returns true if a row, or a place outside of the records, may be meant by a line. A group with several units inside is never meant by one of its lines. */
export function isOnLine({ span, outside }: KeptRow, [start, end]: readonly [start: number, end: number]): boolean {
  const isWithin = span.offset >= start && span.offset + span.bytes <= end;
  if (outside?.kind === 'group') return isWithin && !outside.hasLists;
  return span.offset < end && span.offset + span.bytes > start;
}

/** Returns the largest units on a line: a group in place of what is inside, and names of containers only if there is nothing else. */
export function unitsOnLine(found: readonly KeptRow[]): readonly KeptRow[] {
  const units: KeptRow[] = [];
  for (const one of found) {
    const last = units.at(-1);
    if (last === undefined || last.outside?.kind !== 'group' || one.span.offset >= last.span.offset + last.span.bytes) units.push(one);
  }
  const things = units.filter(({ outside }) => outside?.kind !== 'name');
  return things.length > 0 ? things : units;
}
