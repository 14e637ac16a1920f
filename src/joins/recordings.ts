import { type Finding, finding } from '../core/finding.ts';
import { emptyRecording, type MediaRef, type NameValue, type ReconciliationStatus, type Recording, type SourceRef } from '../core/recording.ts';
import { mediumKind } from './media-names.ts';
import type { Call, ClaimedFile, Context, DeclaredBytes, Described, Family, JoinedRecord } from './types.ts';

/** A call with what was left out of it. */
export interface Gathered {
  readonly call: Call;
  /** Calls of different keys that share a file. */
  readonly calls: number;
  /** Records that stand elsewhere with the same text. */
  readonly repeated: readonly JoinedRecord[];
  /** A document of it could not be read. */
  readonly unreadable: boolean;
}

/** A recording and the records it is made of. */
export interface Made {
  readonly recording: Recording;
  readonly records: readonly JoinedRecord[];
  readonly repeated: readonly JoinedRecord[];
  /** What the records say of the bytes of its files. */
  readonly declared: readonly { readonly file: ClaimedFile; readonly bytes: DeclaredBytes }[];
}

/** Names that a finding gives. */
const namesShown = 4;

/**
 * The recordings of a call, as its family describes them; every record and file of the call is in one of them.
 * @throws Error where a family leaves a record or file out: a bug.
 */
export function callRecordings(family: Family, gathered: Gathered, context: Context, keyOf: (path: string) => string): readonly Made[] {
  const { call, unreadable } = gathered;
  const readable = call.records.some(({ value, number }) => number > 0 || value !== null);
  const described = unreadable && !readable ? [{ key: null, status: 'parse-error' } satisfies Described] : [family.describe(call, context)].flat();
  const made = described.map((each): Made => {
    const records = each.records ?? call.records;
    const repeated = each.repeated ?? [];
    return {
      recording: recordingOf(family, gathered, each, records, keyOf),
      records: records.filter((record) => !repeated.includes(record)),
      repeated,
      declared: (each.files ?? call.files).flatMap((file) => {
        const bytes = each.declared?.(file) ?? null;
        return bytes === null ? [] : [{ file, bytes }];
      }),
    };
  });
  const placed = new Set(made.flatMap(({ records, repeated }) => [...records, ...repeated]));
  const lost = call.records.filter((record) => !placed.has(record));
  const told = new Set(made.flatMap(({ recording }) => recording.media.map(({ path }) => path)));
  const lostFiles = call.files.filter(({ path }) => !told.has(path));
  if (lost.length + lostFiles.length > 0) throw new Error(`${family.id} left out ${lost.length} records and ${lostFiles.length} files of a call`);
  return made;
}

function recordingOf(
  family: Family,
  { call, calls }: Gathered,
  described: Described,
  records: readonly JoinedRecord[],
  keyOf: (path: string) => string,
): Recording {
  const {
    key,
    absence,
    status,
    records: _records,
    repeated: _repeated,
    files: ownFiles,
    medium,
    declared: _declared,
    extra = [],
    findings = [],
    ...said
  } = described;
  const files = ownFiles ?? call.files;
  const [first] = files;
  const own = key ?? call.key ?? (first === undefined ? `row-${records[0]?.sha256.slice(0, 16) ?? ''}` : keyOf(first.path));
  return {
    ...emptyRecording(family.id, family.grade, own),
    ...said,
    media: files.map((file) => mediumOf(family, file, medium)),
    extra: [...extra, ...leftOver(records)],
    reconciliation: { status: status ?? statusOf(files, calls, absence), rule: ruleOf(files, records.length, calls, call) },
    provenance: records.map(provenanceOf),
    findings: [...findings, ...callFindings(call, own, files)],
  };
}

/** The status that counts alone give. */
function statusOf(files: readonly ClaimedFile[], calls: number, absence: Described['absence']): ReconciliationStatus {
  if (files.length === 0) return absence ?? 'row-without-audio';
  if (files.every(({ size }) => size === 0)) return 'zero-audio';
  if (files.every(({ window }) => window)) return 'matched-by-window';
  if (calls > 1) return 'shared-audio';
  return files.length > 1 ? 'split-audio' : 'matched';
}

function ruleOf(files: readonly ClaimedFile[], records: number, calls: number, call: Call): string {
  if (files.length === 0) return call.missing.length > 0 ? 'its records name files that are not in the source' : 'no file answers to its records';
  const by = [...new Set(files.flatMap((file) => file.by))].join('; ');
  const counts = [
    ...(calls > 1 ? [`calls: ${calls}`] : []),
    ...(records > 1 ? [`records: ${records}`] : []),
    ...(files.length > 1 ? [`files: ${files.length}`] : []),
  ];
  return [by, ...counts].join(', ');
}

function callFindings({ missing, doubted }: Call, key: string, files: readonly ClaimedFile[]): Finding[] {
  const found: Finding[] = [];
  if (missing.length > 0 && files.length > 0)
    found.push(finding('I200', key, `${missing.length} files that its records name are not in the source, ${files.length} are`));
  if (doubted.length > 0) found.push(finding('I201', key, `${doubted.length} files fit it and were joined to none: ${shown(doubted)}`));
  return found;
}

function shown(paths: readonly string[]): string {
  const more = paths.length > namesShown ? ` and ${paths.length - namesShown} more` : '';
  return `${paths.slice(0, namesShown).join(', ')}${more}`;
}

/** The medium that a file is, with what its family knows of it. */
export function mediumOf(family: Family, file: ClaimedFile, more?: Described['medium']): MediaRef {
  const kind = (family.mediumKind === undefined ? mediumKind(file.path) : family.mediumKind(file.path)) ?? 'audio';
  return { path: file.path, kind, side: file.side, channels: [], audioStart: null, ...more?.(file) };
}

/** What no family took, under its raw name; of several records each name with each of its values once. */
function leftOver(records: readonly JoinedRecord[]): NameValue[] {
  const seen = new Set<string>();
  return records
    .flatMap((record) => record.rest())
    .filter(({ name, value }) => {
      const pair = `${name}\u0001${value}`;
      return seen.has(pair) ? false : seen.add(pair) !== undefined;
    });
}

function provenanceOf({ path, number, sha256, raw }: JoinedRecord): SourceRef {
  return number === 0 ? { kind: 'sidecar', path, row: null, sha256, text: null } : { kind: 'row', path, row: number, sha256, text: raw };
}
