import { byCodePoint } from '../../src/core/base/order.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { createTurns } from '../../src/core/base/turns.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { ImportItem } from '../../src/core/model/importer.ts';
import type { Intake } from './join/take-in.ts';
import { ownKeyOf } from './read/apart.ts';
import type { ImportRun } from './read/import-run.ts';
import { placeOfTable } from './read/known-table.ts';
import { detailGroup } from './read/place-records.ts';
import { openTally, type Tally } from './read/tally.ts';
import type { Context } from './records/described.ts';
import { nameKey } from './records/keys.ts';
import { openRecord } from './records/records.ts';

/** Counters that are filled while recordings are created, and the facts that families learn from them. */
export interface Account {
  readonly tally: Tally;
  readonly context: Context;
  /** Number of calls whose start is a local time in an unknown zone. */
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

/** Yields the closing items after every recording has been created: the findings of the source, and the status of the records of each table. */
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
