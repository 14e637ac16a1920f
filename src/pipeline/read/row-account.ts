import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { TableRead } from '../../core/model/importer.ts';
import type { RowAccount } from '../../core/model/source-account.ts';

/** Outcome of a row that could be read. */
export type RowFate = 'added' | 'known' | 'contradicting' | 'several' | 'none' | 'valueless';

/** Counts the rows of a later table by outcome, and keeps the places of some. */
export interface RowCount {
  /** Counts a row. @param place e.g. `crm.csv row 17` */
  take(fate: RowFate, place: string): void;
  /** Returns the account of all rows. @param tables as they were read, with the numbers of rows that could not be read or are repetitions */
  account(tables: readonly Pick<TableRead, 'byStatus'>[]): RowAccount;
  /** Returns the findings about rows that were not added. @param place place of findings about many rows */
  findings(): Finding[];
}

/** Number of rows that are named as examples. */
const examples = 3;

/** Creates an empty count. */
export function createRowCount(): RowCount {
  const counts = new Map<RowFate, { rows: number; readonly places: string[] }>();
  const of = (fate: RowFate): { readonly rows: number; readonly places: readonly string[] } => counts.get(fate) ?? { rows: 0, places: [] };
  return {
    take: (fate, place) => {
      const known = counts.get(fate) ?? { rows: 0, places: [] };
      counts.set(fate, known);
      known.rows++;
      if (known.places.length < examples) known.places.push(place);
    },
    account: (tables) => {
      const sum = (status: 'parse-error' | 'duplicate-row'): number => tables.reduce((total, { byStatus }) => total + (byStatus[status] ?? 0), 0);
      return {
        added: of('added').rows,
        known: of('known').rows,
        contradicting: of('contradicting').rows,
        several: of('several').rows,
        withoutRecording: of('none').rows + of('valueless').rows,
        unreadable: sum('parse-error'),
        repeated: sum('duplicate-row'),
      };
    },
    findings: () => {
      const told = (code: 'P295' | 'P296' | 'P297' | 'P298', fate: RowFate, message: (rows: number) => string): Finding[] => {
        const { rows, places } = of(fate);
        return rows === 0 ? [] : [finding(code, places[0] ?? '', `${message(rows)}, e.g. ${places.join(', ')}`, rows)];
      };
      return [
        ...told('P295', 'none', (rows) => agree`${rows} row[s] [describes|describe] no recording of the archive`),
        ...told('P296', 'valueless', (rows) => agree`${rows} row[s] [has|have] no value to match by`),
        ...told('P297', 'several', (rows) => agree`${rows} row[s] [matches|match] several recordings; [it was|they were] not added`),
        ...told(
          'P298',
          'contradicting',
          (rows) => agree`${rows} row[s] [contradicts|contradict] what the archive has from an earlier row of the same key; the earlier one stays`,
        ),
      ];
    },
  };
}

/** Returns the outcome of a row, with its place, as the text that is sorted. */
export function fateText(fate: RowFate, place: string): string {
  return JSON.stringify([fate, place]).toWellFormed();
}
