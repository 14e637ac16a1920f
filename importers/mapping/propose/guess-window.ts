import { compileNameTemplate } from '../read/template.ts';
import { timeInName } from './guess-name-time.ts';
import type { NameShape } from './guess-template.ts';
import type { Look } from './look.ts';
import type { GuessedTime } from './start-doubts.ts';

/** A join of rows and names by time and, if both have it, by the number of a participant. */
export interface WindowGuess {
  readonly seconds: number;
  readonly party: { readonly column: string; readonly field: string } | null;
  /** Number of names that are joined to exactly one row. */
  readonly joined: number;
  readonly of: number;
}

/** Widths that are tried, in seconds. */
const widths = [2, 5] as const;
/** Smallest share of the names that must find exactly one row, in percent. */
const share = 50;

/**
 * Returns a join of rows and names by their times; null if fewer than half of the names find exactly one row.
 * @param parties columns with numbers of participants
 */
export function guessWindow(
  look: Look,
  start: GuessedTime | null,
  shape: NameShape | null,
  names: readonly string[],
  parties: readonly string[],
): WindowGuess | null {
  if (start === null || shape === null || shape.dayMonthOpen) return null;
  const moments = look.rows.map((_, row) => start.at(row));
  const compiled = compileNameTemplate([shape.template]);
  const files = names.flatMap((name) => {
    const [at, values] = [timeInName(name), compiled.match(name)?.values ?? null];
    return at === null || values === null ? [] : [{ at, values: new Map(values) }];
  });
  const fields = shape.fields.filter(({ is }) => is === 'number').map(({ name }) => name);
  const pairs = [...parties.flatMap((column) => fields.map((field) => ({ column, field }))), null];
  let best: WindowGuess | null = null;
  for (const seconds of widths) {
    for (const party of pairs) {
      const joined = files.filter(({ at, values }) => {
        const near = moments.flatMap((moment, row) => (moment !== null && Math.abs(moment - at) <= seconds * 1_000 ? [row] : []));
        const own = party === null ? near : near.filter((row) => isSame(look.rows[row]?.get(party.column) ?? '', values.get(party.field) ?? ''));
        return own.length === 1;
      }).length;
      // A join with a party is safer, so it is chosen if it finds as many.
      if (joined > (best?.joined ?? 0)) best = { seconds, party, joined, of: names.length };
    }
  }
  return best !== null && best.joined * 100 >= best.of * share ? best : null;
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [a.replaceAll(/\D/g, '').slice(-7), b.replaceAll(/\D/g, '').slice(-7)];
  return x.length >= 2 && x === y;
}
