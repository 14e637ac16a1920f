import { compileNameTemplate } from '../read/template.ts';
import { timeInName } from './guess-name-time.ts';
import type { NameShape } from './guess-template.ts';
import type { Look } from './look.ts';
import type { GuessedTime } from './start-doubts.ts';

/** A join of rows and names by time, and by the number of a participant if both have it. */
export interface WindowGuess {
  readonly seconds: number;
  readonly party: { readonly column: string; readonly field: string } | null;
  /** How many of the names are joined to one row only. */
  readonly joined: number;
  readonly of: number;
}

/** Widths that are tried, in seconds. */
const widths = [2, 5] as const;
/** Share of the names that must find one row, in percent. */
const share = 50;

/** Returns a join of rows and names by their times; null if fewer than half of the names find one row. @param parties columns with numbers of participants */
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
      // With a party the join is safer, so that it is taken where it finds as many.
      if (joined > (best?.joined ?? 0)) best = { seconds, party, joined, of: names.length };
    }
  }
  return best !== null && best.joined * 100 >= best.of * share ? best : null;
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [a.replaceAll(/\D/g, '').slice(-7), b.replaceAll(/\D/g, '').slice(-7)];
  return x.length >= 2 && x === y;
}
