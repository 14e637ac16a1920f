import type { Recording } from '../../core/model/recording.ts';
import type { DurationUnit } from './duration.ts';

/** Meaning of a column, an element or a member that an importer or a mapping file declares. */
export type Column =
  | { readonly kind: 'text'; readonly name: string }
  | { readonly kind: 'time'; readonly name: string; readonly format: string; readonly zone: string | null }
  | { readonly kind: 'duration'; readonly name: string; readonly unit: DurationUnit }
  | { readonly kind: 'number'; readonly name: string }
  | {
      readonly kind: 'direction';
      readonly name: string;
      readonly in: readonly string[];
      readonly out: readonly string[];
      readonly internal?: readonly string[];
    }
  /** A constant value for every record, from no column. */
  | { readonly kind: 'constant'; readonly value: string };

/** Returns the direction that a value declares; `unknown` for a value in no list. Ignores letter case and surrounding white space. */
export function directionOf(raw: string, column: Extract<Column, { kind: 'direction' }>): Recording['direction'] {
  const value = folded(raw);
  const has = (list: readonly string[] | undefined) => list?.some((each) => folded(each) === value) ?? false;
  if (has(column.in)) return { value: 'inbound', raw };
  if (has(column.out)) return { value: 'outbound', raw };
  return { value: has(column.internal) ? 'internal' : 'unknown', raw };
}

/**
 * Returns the position of a column in a header: that of the exact name, else of the only name that differs just in letter case, surrounding white space or the
 * composition of accents. Null if no name or several names match.
 */
export function findColumn(header: readonly string[], name: string): number | null {
  const exact = header.indexOf(name);
  if (exact >= 0) return header.indexOf(name, exact + 1) < 0 ? exact : null;
  const similar = header.flatMap((each, i) => (folded(each) === folded(name) ? [i] : []));
  return similar.length === 1 ? (similar[0] ?? null) : null;
}

/** Returns the message about a missing column, which names the nearest column and all existing ones. */
export function unknownColumn(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  const list = known
    .slice(0, 40)
    .map((each) => each.slice(0, 60))
    .join(', ');
  const more = known.length > 40 ? ` and ${known.length - 40} more` : '';
  return `there is no column '${name}'${near === null ? '.' : `; did you mean '${near}'?`} Columns: ${list}${more}`;
}

/**
 * Returns the known name nearest to a misspelled one; null if none is near. A name is not near if more than two letters, or more than a third of its letters,
 * would have to change (of three letters, one may change).
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = folded(name.slice(0, 100));
  let best: string | null = null;
  let least = Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length / 3)) + 1;
  for (const each of known) {
    const distance = editDistance(wanted, folded(each.slice(0, 100)));
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** Returns the Levenshtein distance in UTF-16 units, computed row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function folded(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
