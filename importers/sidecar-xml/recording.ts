import { agree } from '../../src/core/base/agree.ts';
import { limits } from '../../src/core/base/limits.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { ReconciliationStatus } from '../../src/core/model/recording.ts';
import { provenanceOf } from '../engine/join/recordings.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Context, Described } from '../engine/records/described.ts';
import type { SidecarDescription } from './description.ts';
import { byInum, byStem, inumOfKey, nameOf } from './joins.ts';
import { isSilent, type Part, partsOf } from './parts.ts';
import { describeSidecar, type Sidecar, sidecarOf } from './read.ts';
import { describeSearch, searchPairs } from './search.ts';

/** A part of a call, with the facts from its sidecars. */
interface Read {
  readonly inum: string | null;
  readonly files: readonly ClaimedFile[];
  readonly sidecars: readonly Sidecar[];
  /** Descriptions from the readable sidecars, the decisive one first. */
  readonly said: readonly SidecarDescription[];
  /** Rows of searches; at most as many as a recording may have. */
  readonly rows: readonly JoinedRecord[];
  /** True if files may belong to it and nothing shows which; the engine reports this. */
  readonly isDoubtful: boolean;
}

/** A recording, and the facts that are counted about it. */
type Counted = Described & { readonly isFlat: boolean; readonly isAlone: boolean };

/**
 * Returns why the XML files of a call are not sidecars: none comes from a recorder, and no audio, no screen recording and no row belongs to them. Otherwise
 * null.
 */
export function strayReason({ records, files, doubted, isCrowded }: Call): { readonly documents: string; readonly files: string } | null {
  const isStrange = records.every((record) => sidecarOf(record).family === 'flat');
  if (!isStrange || isCrowded || doubted.length > 0 || !files.every(isSilent)) return null;
  return { documents: 'an XML file of no known family, and no audio has its name', files: noPartner };
}

/** Why a file that is not a medium and has an INUM belongs to no call. */
export const noPartner = 'has an INUM, and neither audio nor a sidecar has the same';

/** Returns the recordings of a call. */
export function describeCall(call: Call, context: Context): readonly Counted[] {
  const parts = partsOf(call);
  const isDoubtful = call.files.length === 0 && (call.doubted.length > 0 || call.isCrowded);
  return parts.map((part) => {
    const records = parts.length === 1 ? {} : { records: call.records.filter((each) => part.rows.includes(each) || part.sidecars.includes(each)) };
    const files = parts.length === 1 ? {} : { files: part.files };
    const described =
      part.sidecars.length + part.rows.length > 0
        ? describePart(readPart(part, isDoubtful, context.zone), context)
        : { ...describeFiles(part.files, context, null), isWhole: true as const, isFlat: false, isAlone: false };
    return { ...described, ...records, ...files };
  });
}

function describePart(part: Read, context: Context): Counted {
  const { sidecars, said, rows, files, isDoubtful } = part;
  const [first] = said;
  const key = keyOf(part, context);
  const isUnread = sidecars.length > 0 && said.length === 0;
  return {
    ...(first === undefined ? saidByRows(part, context.zone) : saidBySidecar(first, rows)),
    key,
    ...(isUnread ? { status: 'parse-error' } : isDoubtful ? {} : { status: statusOf(files) }),
    ...(isDoubtful ? {} : { rule: ruleOf(part) }),
    provenance: [...sidecars.map(({ path, sha256 }) => provenanceOf({ path, number: 0, sha256, raw: null })), ...rows.map(provenanceOf)],
    isWhole: true,
    findings: findingsOf(part, key),
    medium: () => ({ audioStart: first?.audioStart ?? null }),
    isFlat: said.some(({ family }) => family === 'flat'),
    isAlone: sidecars.length > 0 && files.length === 0 && !isDoubtful,
  };
}

/** Describes audio without a sidecar from its name, which contains only an INUM; several files with one INUM may be one recording. */
export function describeFiles(files: readonly ClaimedFile[], context: Context, copyOf: string | null): Described {
  const provenance = files.map(({ path }) => ({ kind: 'name', path, row: null, sha256: null, text: null }) as const);
  const [first] = files;
  const key = first === undefined ? '' : context.keyOf(first.path);
  if (copyOf === null) {
    const inum = first === undefined ? null : inumOfKey(nameOf(first.path));
    const sourceKeys = inum === null ? [] : [{ name: 'inum', value: inum }];
    return { key, sourceKeys, status: 'audio-without-row', rule: 'no sidecar has its name or INUM', provenance };
  }
  return {
    key,
    rule: 'same INUM or name and same bytes as another file',
    reportsDoubts: true,
    findings: [finding('I203', copyOf, 'has the bytes of another file of the recording; both are kept')],
    provenance,
  };
}

function readPart(part: Part, isDoubtful: boolean, zone: string | null): Read {
  const sidecars = part.sidecars.map(sidecarOf);
  const said = sidecars.flatMap((sidecar) => describeSidecar(sidecar, zone) ?? []);
  return { ...part, sidecars, said: newestFirst(said), rows: part.rows.slice(0, limits.rowsPerRecording), isDoubtful };
}

/** Sorts the description that the recorder changed last first; if none states when, the first by name. */
function newestFirst(said: readonly SidecarDescription[]): readonly SidecarDescription[] {
  return [...said].sort((a, b) => Date.parse(b.updated?.utc ?? '1970-01-01') - Date.parse(a.updated?.utc ?? '1970-01-01'));
}

/** Returns the INUM, or else the stem of the audio. Of several recordings with one stem, all but the first get part of a digest appended. */
function keyOf({ inum, files, sidecars }: Read, context: Context): string {
  const paths = [...files, ...sidecars].map(({ path }) => path);
  return files.length === 0 && inum !== null ? inum : context.keyOf(paths[0] ?? '', paths);
}

function saidBySidecar(said: SidecarDescription, rows: readonly JoinedRecord[]): Omit<Described, 'key'> {
  const { sourceKeys, correlation, direction, parties, org, events, group, quality } = said;
  return {
    sourceKeys,
    correlation,
    callStart: said.start,
    callAnswer: said.answer,
    callEnd: said.end,
    durationDeclared: said.duration,
    direction,
    parties,
    org,
    events,
    group,
    quality,
    extra: [...said.extra, ...searchPairs(rows)],
  };
}

function saidByRows({ inum, rows }: Read, zone: string | null): Omit<Described, 'key'> {
  return { ...describeSearch(rows, zone), sourceKeys: inum === null ? [] : [{ name: 'inum', value: inum }] };
}

function findingsOf({ files, sidecars, said }: Read, key: string): readonly Finding[] {
  const [first] = said;
  const findings = [...sidecars.flatMap((sidecar) => sidecar.findings), ...(first?.findings ?? [])];
  if (new Set(sidecars.map(({ sha256 }) => sha256)).size > 1) {
    findings.push(
      finding(
        'I183',
        key,
        agree`${sidecars.length} sidecar[s] that [differs|differ] [belongs|belong] to it; the newest, or the first by name, is used; all are kept`,
      ),
    );
  }
  const audio = files.filter(isAudio);
  const size = audio.length === 1 ? (audio[0]?.size ?? null) : null;
  const declared = first?.declaredBytes ?? null;
  if (declared !== null && size !== null && declared !== size)
    findings.push(finding('I181', key, agree`the audio has ${size} byte[s], its sidecar says ${declared}`));
  return findings;
}

function statusOf(files: readonly ClaimedFile[]): ReconciliationStatus {
  if (files.every(isSilent)) return 'row-without-audio';
  return files.filter(isAudio).length > 1 ? 'split-audio' : 'matched';
}

function isAudio({ kind }: ClaimedFile): boolean {
  return kind !== 'screen' && kind !== 'other';
}

function ruleOf({ files, inum, sidecars, rows }: Read): string {
  if (sidecars.length === 0)
    return files.length === 0 ? 'a row of a search names its INUM, and no file does' : agree`its INUM, in ${rows.length} row[s] of searches`;
  if (files.length === 0) return `no audio has ${inum === null ? byStem : byInum}`;
  const words = [...new Set(files.flatMap(({ by }) => by))].sort(byCodePoint).join(' and ');
  return files.length + sidecars.length > 2 ? agree`${words}; ${files.length} file[s], ${sidecars.length} sidecar[s]` : words;
}
