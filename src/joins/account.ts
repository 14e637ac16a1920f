import { finding } from '../core/finding.ts';
import type { ImportItem } from '../core/importer.ts';
import { byCodePoint } from '../core/order.ts';
import { baseName } from '../core/safe-path.ts';
import { createTurns } from '../core/turns.ts';
import { ownKeyOf } from './apart.ts';
import type { Context } from './described.ts';
import type { ImportRun } from './import-run.ts';
import { nameKey } from './keys.ts';
import { placeOfTable } from './known-table.ts';
import { detailGroup } from './place-records.ts';
import { openRecord } from './records.ts';
import type { Intake } from './take-in.ts';
import { openTally, type Tally } from './tally.ts';

/** What is counted while recordings are made, and what families are told meanwhile. */
export interface Account {
  readonly tally: Tally;
  readonly context: Context;
  /** How many calls have a start that is the local time of an unknown zone. */
  readonly starts: { unzoned: number };
}

export function openAccount({ family, source, options }: ImportRun, { tables, records, details, files, folder }: Intake): Account {
  const tally = openTally(tables, ({ shape }) => family.shapes[shape]?.keys !== undefined);
  const context: Context = {
    zone: options.zone,
    ...(options.recordingDocument === undefined ? {} : { recordingDocument: options.recordingDocument }),
    below: (path) => folder.below(path),
    keyOf: (path, others = []) =>
      family.fileKey !== undefined
        ? ownKeyOf(family, [path, ...others], files, records, folder.below)
        : files.get(nameKey(path), 2).length > 1
          ? folder.below(path)
          : baseName(path),
    modifiedMs: (path) => source.entry(path)?.modifiedMs ?? null,
    details: (shape, key) =>
      details.get(detailGroup(shape, key)).map((record) => {
        tally.detail(record);
        return openRecord(family.shapes, record);
      }),
  };
  return { tally, context, starts: { unzoned: 0 } };
}

/** What is said in the end, when every recording has been made: findings of the source, and what became of the records of each table. */
export async function* closingItems(
  { family, source, signal }: ImportRun,
  { tables, details }: Intake,
  { tally, starts: { unzoned } }: Account,
): AsyncGenerator<ImportItem> {
  if (family.counted !== undefined) yield* family.counted(source.name);
  else if (unzoned > 0)
    yield family.unzoned?.(source.name, unzoned) ?? finding('I163', source.name, `starts that are local times of an unknown zone: ${unzoned}`);
  const turns = createTurns();
  for (const { values } of details.groups()) {
    if (turns.isDue()) await turns.take(signal);
    tally.rest(values);
  }
  const counts = tally.counts();
  for (const [index, known] of tables.entries()) {
    const byStatus = new Map(counts[index]);
    if (known.lost > 0) byStatus.set('parse-error', known.lost);
    yield {
      kind: 'table',
      path: placeOfTable(known),
      unit: family.shapes[known.shape]?.unit ?? '',
      records: known.records,
      byStatus: Object.fromEntries([...byStatus].sort(([a], [b]) => byCodePoint(a, b))),
    };
  }
}
