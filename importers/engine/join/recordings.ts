import { agree } from '../../../src/core/base/agree.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { MediaRef, NameValue, ReconciliationStatus, Recording, SourceRef } from '../../../src/core/model/recording.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../records/call.ts';
import type { Context, Described, StatedBytes } from '../records/described.ts';
import type { Family } from '../records/family.ts';

/** A call with everything that belongs to it. */
export interface GatheredCall {
  readonly call: Call;
  /** Number of calls of different keys that share a file. */
  readonly calls: number;
  /** True if one of its documents could not be read. */
  readonly unreadable: boolean;
}

/** A recording and the records from which it was created. */
export interface Made {
  readonly recording: Recording;
  readonly records: readonly JoinedRecord[];
  readonly repeated: readonly JoinedRecord[];
  /** Sizes and digests that the records state for the files of the recording. */
  readonly stated: readonly StatedBytes[];
  /** The recording to use instead if the bytes differ from what the records state; null if it is the same. */
  readonly otherwise: Recording | null;
}

/** Largest number of names that a finding lists. */
const namesShown = 4;

/**
 * Returns the recordings of a call, as its family describes them. Every record and file of the call is in one of them.
 * @throws Error if a family omits a record or file, which is a bug
 */
export function callRecordings(family: Family, gathered: GatheredCall, context: Context): readonly Made[] {
  const { call, unreadable } = gathered;
  const readable = call.records.some(({ value, number }) => number > 0 || value !== null);
  const described = unreadable && !readable ? [{ key: null, status: 'parse-error' } satisfies Described] : [family.describe(call, context)].flat();
  const made = described.map((each): Made => {
    const records = each.records ?? call.records;
    const repeated = each.repeated ?? [];
    return {
      recording: recordingOf(family, gathered, each, records, context),
      records: repeated.length === 0 ? records : records.filter((record) => !repeated.includes(record)),
      repeated,
      stated: each.stated ?? [],
      otherwise: each.otherwise === undefined ? null : recordingOf(family, gathered, each.otherwise, records, context),
    };
  });
  // Most families describe one recording with all records and files of the call.
  if (described.length === 1 && described[0]?.records === undefined && described[0]?.files === undefined) return made;
  const placed = new Set(made.flatMap(({ records, repeated }) => [...records, ...repeated]));
  const lost = call.records.filter((record) => !placed.has(record));
  const told = new Set(made.flatMap(({ recording }) => recording.media.map(({ path }) => path)));
  const lostFiles = call.files.filter(({ path }) => !told.has(path));
  if (lost.length + lostFiles.length > 0)
    throw new Error(agree`${family.id} left out ${lost.length} record[s] and ${lostFiles.length} file[s] of a call`);
  return made;
}

function recordingOf(
  family: Family,
  { call, calls }: GatheredCall,
  described: Described,
  records: readonly JoinedRecord[],
  context: Context,
): Recording {
  const { key, absence, status, medium, rule, provenance = [], reportsDoubts = false, isWhole = false, extra = [], findings = [] } = described;
  const files = described.files ?? call.files;
  const [first] = files;
  const own = key ?? call.key ?? (first === undefined ? `row-${records[0]?.sha256.slice(0, 16) ?? ''}` : context.keyOf(first.path));
  return assembleRecording(family, own, described, {
    media: files.map((file) => mediumOf(file, medium)),
    extra: isWhole ? extra : [...extra, ...leftOver(records)],
    reconciliation: { status: status ?? statusOf(files, call, calls, absence), rule: rule ?? ruleOf(files, records.length, calls, call) },
    provenance: isWhole ? provenance : [...records.map(provenanceOf), ...provenance],
    findings: [...findings, ...(reportsDoubts ? [] : callFindings(call, own, files))],
  });
}

/**
 * Combines a family's description of a recording with the engine's data. Members are listed by name: there are millions of recordings, and spreading objects
 * costs more than everything else here.
 */
export function assembleRecording(
  { id, grade }: Family,
  key: string,
  said: Described,
  made: Pick<Recording, 'media' | 'extra' | 'reconciliation' | 'provenance' | 'findings'>,
): Recording {
  return {
    kind: 'recording',
    importer: id,
    grade,
    key,
    sourceKeys: said.sourceKeys ?? [],
    correlation: said.correlation ?? [],
    callStart: said.callStart ?? null,
    callAnswer: said.callAnswer ?? null,
    callEnd: said.callEnd ?? null,
    durationDeclared: said.durationDeclared ?? null,
    direction: said.direction ?? { value: 'unknown', raw: null },
    parties: said.parties ?? [],
    org: said.org ?? [],
    media: made.media,
    events: said.events ?? [],
    tags: said.tags ?? [],
    group: said.group ?? null,
    retention: said.retention ?? null,
    quality: said.quality ?? [],
    extra: made.extra,
    reconciliation: made.reconciliation,
    provenance: made.provenance,
    accounts: said.accounts ?? [],
    findings: made.findings,
  };
}

/** Returns the status that follows from the counts alone. */
function statusOf(files: readonly ClaimedFile[], call: Call, calls: number, absence: Described['absence']): ReconciliationStatus {
  if (files.length === 0) return absence ?? (isDoubtful(call) ? 'ambiguous' : 'row-without-audio');
  if (files.every(({ size }) => size === 0)) return 'zero-audio';
  if (files.every(({ window }) => window)) return 'matched-by-window';
  if (calls > 1) return 'shared-audio';
  return files.length > 1 ? 'split-audio' : 'matched';
}

/** Returns true if files may belong to the call and nothing shows which of them do. */
function isDoubtful({ doubted, isCrowded }: Call): boolean {
  return doubted.length > 0 || isCrowded;
}

function ruleOf(files: readonly ClaimedFile[], records: number, calls: number, call: Call): string {
  if (files.length === 0 && isDoubtful(call)) return 'several files match it, or match other calls too; none was joined';
  if (files.length === 0) return call.missing.length > 0 ? 'its records name files that are not in the source' : 'no file matches its records';
  const by = [...new Set(files.flatMap((file) => file.by))].join('; ');
  const counts = [
    ...(calls > 1 ? [`calls: ${calls}`] : []),
    ...(records > 1 ? [`records: ${records}`] : []),
    ...(files.length > 1 ? [`files: ${files.length}`] : []),
  ];
  return [by, ...counts].join(', ');
}

function callFindings({ missing, doubted, isCrowded }: Call, key: string, files: readonly ClaimedFile[]): Finding[] {
  const found: Finding[] = [];
  if (missing.length > 0 && files.length > 0)
    found.push(finding('I200', key, agree`${missing.length} file[s] in its records [is|are] not in the source, ${files.length} [is|are]`));
  if (isCrowded)
    found.push(
      finding('I201', key, 'many files have a name that its records give, and none is in a folder that they give; it was joined with none of them'),
    );
  else if (doubted.length > 0)
    found.push(finding('I201', key, agree`${doubted.length} file[s] [matches|match] it and [was|were] not joined: ${shown(doubted)}`));
  return found;
}

function shown(paths: readonly string[]): string {
  const more = paths.length > namesShown ? ` and ${paths.length - namesShown} more` : '';
  return `${paths.slice(0, namesShown).join(', ')}${more}`;
}

/** Returns a file as a medium, with what its family knows about it. */
export function mediumOf(file: ClaimedFile, more?: Described['medium']): MediaRef {
  return { path: file.path, kind: file.kind, side: file.side, channels: [], audioStart: null, ...more?.(file) };
}

/** Returns the values that no family code took, under their raw names. If there are several records, returns each name once per value. */
function leftOver(records: readonly JoinedRecord[]): NameValue[] {
  const seen = new Set<string>();
  return records
    .flatMap((record) => record.rest())
    .filter(({ name, value }) => {
      const pair = `${name}\u0001${value}`;
      return seen.has(pair) ? false : seen.add(pair) !== undefined;
    });
}

/** Returns the position of a record in its source. */
export function provenanceOf({ path, number, sha256, raw }: Pick<JoinedRecord, 'path' | 'number' | 'sha256' | 'raw'>): SourceRef {
  return number === 0 ? { kind: 'sidecar', path, row: null, sha256, text: null } : { kind: 'row', path, row: number, sha256, text: raw };
}
