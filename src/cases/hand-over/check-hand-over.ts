import { createHash } from 'node:crypto';
import { caseIdPattern, parseCase } from '../../archive/documents/case-json.ts';
import { handOverProof, unlistedFiles } from '../../archive/documents/hand-over-files.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type LogDetail, type LogEntry, parseEntry } from '../../log/entries/log-entry.ts';
import { checkProof, type LogProof, parseProof } from '../../log/files/proof.ts';
import { checkRecordingProof } from '../../log/files/recording-proof.ts';
import type { NoteKey } from '../../log/tree/signed-note.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type BagFiles, openBagFiles } from '../../pipeline/export/bag-files.ts';
import { readVerifierKey } from '../../pipeline/log/archive-log.ts';
import { placeAmong, type ToldHandOver } from './among.ts';
import { type CheckedCustody, checkCustody } from './check-custody.ts';

/**
 * What a hand-over is. `complete`: every file that was handed over, as it was, and none more. `less`: recordings, messages or files are gone. `altered`: something is not as it was
 * handed over. `unproved`: nothing that the key has signed says what was handed over.
 */
export type HandOverVerdict = 'complete' | 'less' | 'altered' | 'unproved';

/** How many were handed over by the log, and how many are there. */
export interface HandedOver {
  readonly handedOver: number | null;
  readonly there: number;
}

/** What a check of a hand-over found. */
export interface CheckedHandOver {
  readonly verdict: HandOverVerdict;
  /** Id of the case, by the log; null: unproved. */
  readonly case: string | null;
  /** The entry of the log that tells of the hand-over, from 1. */
  readonly entry: number | null;
  /** Its time, by the clock of the archive. */
  readonly at: string | null;
  /** Entries that the signed checkpoint counts. */
  readonly logSize: number | null;
  readonly masked: boolean | null;
  /** Which of the hand-overs of the case it is; null: unproved, or an older version made it. */
  readonly handOver: number | null;
  /** How many hand-overs of the case the log knew when it was made, or the log that was given knows now; null: unproved. */
  readonly knownHandOvers: number | null;
  /** Number of the hand-over that it is a supplement to; null: of none. */
  readonly supplementTo: number | null;
  /** SHA-256 of the tag manifest of that one, by the log. */
  readonly supplementToSha256: string | null;
  /** SHA-256 of its own tag manifest. */
  readonly tagManifestSha256: string | null;
  /** Items that a reviewer kept back; null: not known. */
  readonly withheld: number | null;
  /** False: files of the case were left out when it was handed over; the cover says which. */
  readonly whole: boolean | null;
  readonly recordings: HandedOver;
  readonly messages: HandedOver;
  readonly files: HandedOver;
  readonly custody: CheckedCustody;
  /** Recordings whose own proof holds. */
  readonly provedRecordings: number;
  readonly faults: number;
  /** Hand-overs of the case after this one, by the log that was given. */
  readonly later: number;
}

/** What a hand-over is compared with beside the key. */
export interface ExpectedHandOver {
  /** Folder of the archive whose log is to say which hand-overs there are; null: the log as the bag proves it. */
  readonly archiveDir: string | null;
  /** Null: nobody was told which it is. */
  readonly told: ToldHandOver | null;
}

/**
 * Compares a hand-over with what the log of its archive has entered of it. It needs nothing but the bag, or the zip of it, and the key of the archive.
 * @throws LongplayError usage S101, C149, U310; S102
 */
export async function* checkHandOver(
  path: string,
  key: string,
  expected: ExpectedHandOver,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CheckedHandOver> {
  const verifier = await readVerifierKey(key);
  await using bag = await openBagFiles(path, signal);
  let faults = 0;
  const said = function* (items: Iterable<Finding>): Generator<PipelineEvent> {
    for (const item of items) {
      faults++;
      yield findingEvent(item);
    }
  };
  const proof = await readProof(bag, verifier);
  if ('problem' in proof) yield* said([finding(proof.code, handOverProof, proof.problem)]);
  const entry = 'problem' in proof ? null : proof.entry;
  const files = await readFiles(bag, signal);
  yield* said(bag.odd.map(({ path: place, why }) => finding('C145', place === '' ? 'zip' : place, why)));
  yield* said(fixityFindings(files));
  let isAsHandedOver = false;
  if (entry !== null) {
    const wrong = manifestFindings(files, entry);
    isAsHandedOver = wrong.length === 0;
    yield* said(wrong);
  }
  const counts = await countsOf(bag, entry);
  const less = lessFindings(counts);
  yield* said(less);
  yield* said(await missingFindings(bag, counts, entry));
  const recordings = await checkRecordings(bag, verifier, entry);
  yield* said(recordings.findings);
  const custody = await checkCustody(bag, files.sha256, 'problem' in proof ? null : { proof: proof.proof, key: verifier, entry: proof.entry });
  yield* said(custody.findings);
  const among = 'problem' in proof ? null : await placeAmong(proof, expected, custody.exports, signal);
  yield* said(among?.faults ?? []);
  for (const later of [...(among?.later ?? []), ...(among?.ofLog ?? [])]) yield findingEvent(later);
  const verdict = entry === null ? 'unproved' : less.length > 0 ? 'less' : faults > 0 || !isAsHandedOver ? 'altered' : 'complete';
  const detail: LogDetail = entry?.detail ?? {};
  return {
    verdict,
    case: typeof detail.case === 'string' ? detail.case : null,
    entry: entry?.seq ?? null,
    at: entry?.time ?? null,
    logSize: 'problem' in proof ? null : proof.size,
    masked: typeof detail.masked === 'boolean' ? detail.masked : null,
    handOver: among?.number ?? null,
    knownHandOvers: among?.known ?? null,
    supplementTo: typeof detail.supplementTo === 'number' ? detail.supplementTo : null,
    supplementToSha256: typeof detail.supplementToSha256 === 'string' ? detail.supplementToSha256 : null,
    tagManifestSha256: files.sha256.get('tagmanifest-sha256.txt') ?? null,
    withheld: typeof detail.withheld === 'number' ? detail.withheld : null,
    later: among?.later.length ?? 0,
    whole: typeof detail.complete === 'boolean' ? detail.complete : null,
    ...counts,
    custody: custody.checked,
    provedRecordings: recordings.proved,
    faults,
  };
}

type ReadProof =
  | { readonly proof: LogProof; readonly entry: LogEntry; readonly size: number }
  | { readonly code: 'C140' | 'C141'; readonly problem: string };

/** The entry of the hand-over, where the key has signed a log that has it. */
async function readProof(bag: BagFiles, key: NoteKey): Promise<ReadProof> {
  const bytes = await bag.bytes(handOverProof, limits.proofBytes);
  if (bytes === null) return { code: 'C140', problem: 'it is not there: nothing signed says what was handed over' };
  const proof = parseProof(bytes.toString('utf8'));
  if (proof === null) return { code: 'C140', problem: 'it is no tlog-proof: nothing signed says what was handed over' };
  const verdict = checkProof(proof, proof.extra, key);
  if (!verdict.holds) return { code: 'C141', problem: verdict.reason };
  const entry = parseEntry(proof.extra, proof.index + 1);
  const isHandOver =
    entry?.type === 'exported' &&
    typeof entry.detail.case === 'string' &&
    caseIdPattern.test(entry.detail.case) &&
    typeof entry.detail.tagManifestSha256 === 'string';
  if (entry === null || !isHandOver) return { code: 'C141', problem: 'the entry that it proves is not that of a hand-over' };
  return { proof, entry, size: verdict.checkpoint.size };
}

/** What lies in a bag, and what its manifests list. */
interface ReadFiles {
  /** Of every file that is there. */
  readonly sha256: ReadonlyMap<string, string>;
  /** Digest by path. */
  readonly listed: ReadonlyMap<string, string>;
  /** Of `tagmanifest-sha512.txt`; null: it is not there. */
  readonly tagManifestSha512: string | null;
  /** Manifests that are not there, or longer than one may be. */
  readonly unread: readonly string[];
}

async function readFiles(bag: BagFiles, signal: AbortSignal): Promise<ReadFiles> {
  const sha256 = new Map<string, string>();
  for (const path of bag.paths) {
    signal.throwIfAborted();
    const hash = createHash('sha256');
    for await (const piece of bag.pieces(path)) hash.update(piece);
    sha256.set(path, hash.digest('hex'));
  }
  const listed = new Map<string, string>();
  const unread: string[] = [];
  for (const name of ['tagmanifest-sha256.txt', 'manifest-sha256.txt']) {
    const bytes = await bag.bytes(name, limits.ownManifestBytes);
    if (bytes === null) unread.push(name);
    for (const line of bytes?.toString('utf8').split('\n') ?? []) {
      const [, digest = '', path = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (path !== '') listed.set(path, digest);
    }
  }
  const other = await bag.bytes('tagmanifest-sha512.txt', limits.ownManifestBytes);
  return { sha256, listed, unread, tagManifestSha512: other === null ? null : createHash('sha512').update(other).digest('hex') };
}

/** Files against the manifests that lie in the bag. */
function* fixityFindings({ sha256, listed, unread }: ReadFiles): Generator<Finding> {
  for (const name of unread) yield finding('C144', name, 'it is not there, or cannot be read');
  for (const [path, wanted] of listed) {
    const found = sha256.get(path);
    if (found === undefined) yield finding('C144', path, 'a manifest lists it, and it is not there');
    else if (found !== wanted) yield finding('C143', path, `SHA-256 ${found.slice(0, 16)}… instead of ${wanted.slice(0, 16)}…`);
  }
  for (const path of sha256.keys())
    if (!listed.has(path) && !unlistedFiles.includes(path) && !/^tagmanifest-sha(?:256|512)\.txt$/.test(path))
      yield finding('C145', path, 'no manifest lists it');
}

/** The tag manifests against the log: they cover every other file. */
function manifestFindings({ sha256, tagManifestSha512 }: ReadFiles, { detail, seq }: LogEntry): Finding[] {
  const compared = [
    ['tagmanifest-sha256.txt', detail.tagManifestSha256, sha256.get('tagmanifest-sha256.txt') ?? null],
    ['tagmanifest-sha512.txt', detail.tagManifestSha512, tagManifestSha512],
  ] as const;
  return compared.flatMap(([name, wanted, found]) =>
    typeof wanted !== 'string' || wanted === found
      ? []
      : [
          finding(
            'C142',
            name,
            `${found === null ? 'it is not there' : `its digest is ${found.slice(0, 16)}…`}; entry ${seq} of the log has ${wanted.slice(0, 16)}…`,
          ),
        ],
  );
}

type Counts = Pick<CheckedHandOver, 'recordings' | 'messages' | 'files'>;

async function countsOf(bag: BagFiles, entry: LogEntry | null): Promise<Counts> {
  const of = (name: string): number | null => {
    const value = entry?.detail[name];
    return typeof value === 'number' ? value : null;
  };
  let messages = 0;
  for (const path of bag.paths) if (/^data\/messages\/\d+\/messages(?:-masked)?\.json$/.test(path)) messages += await messagesIn(bag, path);
  return {
    recordings: { handedOver: of('recordings'), there: recordingsIn(bag).size },
    messages: { handedOver: of('messages'), there: messages },
    files: { handedOver: of('files'), there: bag.paths.filter((path) => !unlistedFiles.includes(path)).length },
  };
}

function recordingsIn({ paths }: BagFiles): ReadonlySet<string> {
  return new Set(paths.flatMap((path) => /^data\/recordings\/([0-9a-f-]{36})\//.exec(path)?.[1] ?? []));
}

async function messagesIn(bag: BagFiles, path: string): Promise<number> {
  const value = await jsonOf(bag, path);
  const { messages } = (typeof value === 'object' && value !== null ? value : {}) as { readonly messages?: unknown }; // an object, its members unknown
  return Array.isArray(messages) ? messages.length : 0;
}

/** The value of a JSON file; null where it is none. */
async function jsonOf(bag: BagFiles, path: string): Promise<unknown> {
  try {
    return JSON.parse((await bag.bytes(path, limits.caseJsonBytes))?.toString('utf8') ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function lessFindings({ recordings, messages, files }: Counts): Finding[] {
  const compared = [
    ['data/recordings', 'recordings', recordings],
    ['data/messages', 'messages', messages],
    ['data', 'files', files],
  ] as const;
  return compared.flatMap(([place, what, { handedOver, there }]) =>
    handedOver !== null && there < handedOver ? [finding('C146', place, `${there} of ${handedOver} ${what} are there`)] : [],
  );
}

/** Recordings that case.json names and that are not there, where fewer are there than were handed over. */
async function missingFindings(bag: BagFiles, { recordings }: Counts, entry: LogEntry | null): Promise<Finding[]> {
  // Of a supplement case.json names what earlier hand-overs held as well.
  if (recordings.handedOver === null || recordings.there >= recordings.handedOver || typeof entry?.detail.supplementTo === 'number') return [];
  const document = parseCase(await jsonOf(bag, 'data/case.json'));
  if (typeof document === 'string') return [];
  const there = recordingsIn(bag);
  return document.recordings
    .filter(({ recordingId }) => !there.has(recordingId))
    .map(({ recordingId }) => finding('C144', `data/recordings/${recordingId}`, 'case.json names it, and it is not there'));
}

/** Proofs of single recordings: they say which are as they were, also where a bag was made valid again. */
async function checkRecordings(
  bag: BagFiles,
  key: NoteKey,
  entry: LogEntry | null,
): Promise<{ readonly proved: number; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  let proved = 0;
  // A masked hand-over has none.
  if (entry === null || entry.detail.masked === true) return { proved, findings };
  for (const id of recordingsIn(bag)) {
    const at = `data/recordings/${id}`;
    const [text, document] = [
      await bag.bytes(`${at}/proof.tlog-proof`, limits.proofBytes),
      await bag.bytes(`${at}/recording.json`, limits.recordingJsonBytes),
    ];
    // Of some recordings there is none: the cover says how many.
    if (text === null || document === null) continue;
    const proof = parseProof(text.toString('utf8'));
    const verdict = proof === null ? { holds: false as const, reason: 'it is no tlog-proof' } : checkRecordingProof(proof, document, key);
    if (!verdict.holds) findings.push(finding('C147', `${at}/recording.json`, verdict.reason));
    else if (verdict.recordingId !== id) findings.push(finding('C147', `${at}/recording.json`, `it is that of recording ${verdict.recordingId}`));
    else proved++;
  }
  return { proved, findings };
}
