import { sha256Hex } from '../../../src/core/base/identifier.ts';
import type { MediaJudge, SoundKind } from '../../../src/core/base/media-judge.ts';
import { baseName, isResourceName, withoutExtension } from '../../../src/core/base/safe-path.ts';
import { type Values, valuesOf } from '../../../src/tables/values/values.ts';
import { isMediumKind } from '../../engine/read/entry-role.ts';
import type { JoinedRecord } from '../../engine/records/call.ts';
import type { Family } from '../../engine/records/family.ts';
import type { GivenShape, Shape } from '../../engine/records/shape.ts';
import { isTableName } from '../../engine/records/table-name.ts';
import { exactJoin } from './claims.ts';
import { openDoubts } from './doubts.ts';
import type { Mapping, TableMapping } from './mapping.ts';
import { keyOfName, nameValues } from './names.ts';
import { partsOf } from './parts.ts';
import { describeAlone, describeCall, type RecordingContext } from './recording.ts';
import { isUnread, tableReader, textDigest } from './tables.ts';
import { timeJoin } from './times.ts';

/**
 * Returns the kind of an entry that is not a table, by its path and a mapping. The extension in a pattern does not decide: a path that matches except for the
 * extension is judged as if there were no pattern.
 */
export function kindByMapping({ files }: Mapping, path: string, usual: SoundKind | null): SoundKind | 'outside' | null {
  if (files.isUnfinished(path)) return usual ?? 'audio';
  const fit = files.fit?.(path);
  if (fit === undefined || fit === 'but-for-extension') return usual;
  return fit === 'whole' ? (usual ?? (isResourceName(path) ? null : 'audio')) : 'outside';
}

/** Returns true if an entry that is not a table is a medium by its name, according to a mapping and the judge. */
export function isMedium(mapping: Mapping, path: string, media: MediaJudge): boolean {
  return isMediumKind(kindByMapping(mapping, path, media.kindOfName(path)));
}

/** Returns which parts of a table are kept. */
function keptOf({ name, skipLines, hasHeader, names, separator }: TableMapping, columns: readonly string[]): GivenShape['kept'] {
  return {
    ...(name === '' ? {} : { tables: [name] }),
    ...(columns.length === 0 ? {} : { leftOut: { columns, skipLines, hasHeader, names, separator } }),
  };
}

/**
 * Creates the family that a mapping file describes. It is created for each import, because it counts doubtful values.
 * @param below returns an entry's path below the folder that all entries have in common, so that it is the same however the export was packed
 */
export function mappingFamily(mapping: Mapping, about: Pick<Family, 'id' | 'title' | 'facts' | 'tested'>, below: (path: string) => string): Family {
  const [reading, telling] = [openDoubts(), openDoubts()];
  const { table, columns } = mapping;
  const names = nameValues(mapping);
  const join = exactJoin(mapping.join, names);
  const times = timeJoin(mapping, names);
  const reader = table === null ? null : tableReader(mapping, table, reading);
  const keyIn = (values: Values): string | null => {
    const parts = (columns?.key ?? []).map((column) => values.peek([column]) ?? '');
    return parts.some((part) => part !== '') ? parts.join('/') : null;
  };
  const making: RecordingContext = {
    mapping,
    doubts: telling,
    firstDoubts: reading,
    names,
    by: join?.by ?? null,
    hasKey: (values) => keyIn(values) !== null,
  };
  const keyOf = (record: JoinedRecord): string => {
    const own = keyIn(record);
    const { odd } = partsOf(table?.parts ?? [], record);
    if (odd > 0) reading.note('I255', 'values do not match the templates of table.parts', record.place, odd);
    if (own !== null) return own;
    const isDocument = record.number === 0;
    if ((columns?.key ?? []).length > 0 && !isUnread(record)) reading.note('I176', 'rows have no key; it is made from their content', record.place);
    if (isDocument) return keyOfName(record.path, mapping, names) ?? withoutExtension(baseName(record.path));
    return join?.nameIn(record) ?? `row-${record.sha256.slice(0, 16)}`;
  };
  const shape: Shape = {
    name: 'row',
    unit: table?.kind === 'xml' || table?.kind === 'json' ? 'records' : 'rows',
    role: 'call',
    at: {
      kind: 'given',
      isFile: (path) => table?.isTable(path) ?? false,
      as: table?.sidecars === true ? 'document' : 'table',
      ...(table === null ? {} : { kept: keptOf(table, mapping.withoutColumns) }),
      recordsAt: async (source, entry, signal) => (reader === null ? null : await reader.recordsAt(source, entry, signal)),
      reason: `the mapping's ${table?.sidecars === true ? 'documents' : 'tables'} are ${table?.files.join(', ') ?? ''}`,
      read: async function* (source, entry, options, signal) {
        if (reader !== null) yield* reader.read(source, entry, options, signal);
      },
    },
    key: keyOf,
    // Two documents may have the same text and belong to two files.
    apart: (record) => {
      const text = textDigest(record);
      return text === null ? record.sha256 : sha256Hex(`${text}\0${below(record.path)}`);
    },
    values: (staged) => reader?.values(staged) ?? valuesOf(staged.path, staged.pairs, (column) => column),
    claims: (record) => join?.claims(record, record.path) ?? [],
  };
  return {
    ...about,
    grade: mapping.about?.grade ?? 'documented',
    shapes: [shape],
    mediumKind: (path, usual) => kindByMapping(mapping, path, usual),
    nameKeys: (path) => join?.nameKeys(path) ?? [],
    fileKeys: (path) => join?.fileKeys(path) ?? [],
    fileKey: (path) => keyOfName(path, mapping, names) ?? baseName(path),
    ...(times === null ? {} : { window: times.window }),
    allRead: () => reader?.checkNames(),
    // A table that the mapping does not name may describe recordings that have no row: its columns are examined.
    unclaimedReason: (path) => (isTableName(path) ? null : 'neither a table nor audio according to the mapping'),
    describe: (call) => describeCall(call, making),
    describeFile: (file) => describeAlone(file, making),
    counted: (place) => {
      const apart = times?.notCompared() ?? 0;
      if (apart > 0) telling.note('I175', 'times not compared, because only one of row and name has a zone', mapping.name, apart);
      return [...reading.findings(place), ...telling.findings(place)];
    },
  };
}
