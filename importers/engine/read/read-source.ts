import { agree } from '../../../src/core/base/agree.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import { contentOf, type EntryContent } from '../../../src/core/model/entry-content.ts';
import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { Entry } from '../../../src/core/model/source.ts';
import type { Family } from '../records/family.ts';
import { type EntryRole, roleOf, type TableRole, tableShapes, xmlPlace } from './entry-role.ts';
import { createForeignReader, emptyFile, isNameOf } from './foreign-tables.ts';
import { type Reading, textRows } from './known-table.ts';
import { readDocument } from './read-document.ts';
import { readGiven, readLog, readMedium, readTables } from './read-tables.ts';

/** Reads every table and document of the source, and yields the role of every entry. */
export async function* readEntries(reading: Reading, signal: AbortSignal): AsyncGenerator<ImportItem> {
  const { family, source, options, take } = reading;
  const foreignOf = createForeignReader(options, (path) => isNameOf(family.shapes, path));
  for await (const entry of source.entries(signal)) {
    const { path } = entry;
    const role = await roleOf({ family, source, options }, entry, signal);
    if (role.kind === 'medium') {
      take.medium(entry, role.as);
      if (role.records !== null) yield* readMedium(reading, entry, role.records, signal);
    } else if (role.kind === 'other') yield* readUnknown(reading, entry, role.byName, foreignOf, signal);
    else if (role.kind === 'given') {
      // Whether a document belongs to the family may depend on the records with which it is joined.
      if (role.at.as === 'table' || family.strayReason === undefined) {
        const isTable = role.at.as === 'table';
        const recordsAt = isTable ? await role.at.recordsAt?.(source, entry, signal) : null;
        yield { kind: 'file', path, role: isTable ? 'table' : 'sidecar', reason: role.at.reason, ...role.at.kept, ...placeOf(recordsAt) };
      }
      if (entry.size === 0 && isNameOf(family.shapes, path)) yield emptyFile(path);
      yield* readGiven(reading, entry, role, signal);
    } else if (role.kind === 'document') yield* readDocuments(reading, entry, role, signal);
    else if (role.kind === 'log') {
      const units = role.shapes.map(({ shape }) => family.shapes[shape]?.unit ?? '');
      yield { kind: 'file', path, role: 'table', reason: units.join(', ') };
      yield* readLog(reading, entry, role.shapes, signal);
    } else {
      const others = role.others === 0 ? '' : agree`; ${role.others} other table[s] in it [was|were] not read`;
      const recordsAt = role.tableKind === 'xml' ? xmlPlace(tableShapes(family, role)).xmlRecord : role.jsonPath;
      yield { kind: 'file', path, role: 'table', reason: `${unitsOf(family, role.tables)}${others}`, ...placeOf(recordsAt) };
      yield* readTables(reading, entry, role, signal);
    }
  }
}

function placeOf(recordsAt: string | null | undefined): { readonly recordsAt?: string } {
  return recordsAt === null || recordsAt === undefined ? {} : { recordsAt };
}

/** Verdict for an entry that belongs to no call, as its family knows. */
const noMedium: EntryContent = { verdict: { is: 'other', reason: 'belongs to no call' }, findings: [] };

/** Handles an entry that its name does not identify: it is a medium if its content shows so. */
async function* readUnknown(
  { family, source, options, take }: Reading,
  entry: Entry,
  byName: 'none' | 'outside' | null,
  foreignOf: ReturnType<typeof createForeignReader>,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { verdict, findings } = byName === 'none' ? noMedium : await contentOf(source, entry, options.media, signal);
  if (verdict.is === 'medium' && byName === null) return take.medium(entry, verdict.kind);
  yield* findings;
  const known = family.unclaimedReason?.(entry.path, entry.size) ?? null;
  const reason = known ?? `${verdict.reason}; no table or document of ${family.id}, and no record names it`;
  const foreign = findings.length > 0 || (known !== null && entry.size > 0) ? null : await foreignOf(source, entry, signal);
  yield* foreign?.findings ?? [];
  const columns = foreign?.columns ?? null;
  take.unknown(entry, { reason, alien: { content: verdict.is, ...(columns === null ? {} : { columns }) } });
}

/** Reads a document. If it has several records, its parts are rows. */
async function* readDocuments(
  reading: Reading,
  entry: Entry,
  { shape, at }: Extract<EntryRole, { kind: 'document' }>,
  signal: AbortSignal,
): AsyncGenerator<ImportItem> {
  const { family, source, options, take } = reading;
  const { path } = entry;
  const { records, findings } = await readDocument(await source.open(entry, signal), path, { shape, at }, options, signal);
  const [only] = records;
  const parts = records.length === 1 && typeof only?.value === 'string' ? (at.split?.(only.value) ?? []) : [];
  yield { kind: 'file', path, role: parts.length === 0 ? 'sidecar' : 'table', reason: family.shapes[shape]?.unit ?? '' };
  yield* findings;
  if (parts.length === 0) for (const staged of records) take.record(staged, `~ ${path}`);
  else parts.forEach(textRows(reading, path, shape));
}

/** Returns, in words for people, which kinds of tables a file holds. */
function unitsOf(family: Family, tables: readonly TableRole[]): string {
  const units = tables.map(({ shape, widths }) => {
    const { unit = '', table } = family.shapes[shape] ?? {};
    return table === undefined ? unit : agree`${table}, ${widths.join(' and ')} column[s]`;
  });
  return [...new Set(units)].sort(byCodePoint).join(', ');
}
