import { createHash } from 'node:crypto';
import { caseIdPattern, parseCase } from '../../archive/documents/case-json.ts';
import { handOverProof, unlistedFiles } from '../../archive/documents/hand-over-files.ts';
import { commitmentKeyName, publicName } from '../../archive/documents/public-json.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type LogDetail, type LogEntry, parseEntry } from '../../log/entries/log-entry.ts';
import { checkProof, type LogProof, parseProof } from '../../log/files/proof.ts';
import { checkRecordingProof } from '../../log/files/recording-proof.ts';
import type { NoteKey } from '../../log/tree/signed-note.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type BagFiles, openBagFiles } from '../../pipeline/export/bag-files.ts';
import { readVerifierKey } from '../../pipeline/log/archive-log.ts';
import { type HandOverNumber, placeAmong } from './among.ts';
import { type CheckedCustody, checkCustody } from './check-custody.ts';
import { filesUnlike } from './commitments.ts';

/**
 * State of a hand-over. `complete`: exactly the files that were handed over, unchanged. `less`: recordings, messages or files are missing. `altered`: something
 * differs from what was handed over. `unproved`: no statement signed by the key says what was handed over.
 */
export type HandOverVerdict = 'complete' | 'less' | 'altered' | 'unproved';

/** Number of items of one kind: handed over according to the log, and present. */
export interface HandedOver {
  readonly handedOver: number | null;
  readonly there: number;
}

/** Result of checking a hand-over. */
export interface CheckedHandOver {
  readonly verdict: HandOverVerdict;
  /** Id of the case according to the log; null: the hand-over is unproved. */
  readonly case: string | null;
  /** Number of the log entry of the hand-over, from 1. */
  readonly entry: number | null;
  /** Time of that entry, by the clock of the archive. */
  readonly at: string | null;
  /** Number of entries covered by the signed checkpoint. */
  readonly logSize: number | null;
  readonly masked: boolean | null;
  /** Number of the hand-over within its case; null: the hand-over is unproved, or an older version made it. */
  readonly handOver: number | null;
  /** Number of hand-overs of the case in the given log or, without one, in the archive's log when this hand-over was made; null: the hand-over is unproved. */
  readonly knownHandOvers: number | null;
  /** Number of the hand-over that this one supplements; null if it supplements none. */
  readonly supplementTo: number | null;
  /** SHA-256, from the log, of the tag manifest of the hand-over that this one supplements. */
  readonly supplementToSha256: string | null;
  /** SHA-256 of this hand-over's own tag manifest. */
  readonly tagManifestSha256: string | null;
  /** Number of items withheld by review; null if unknown. */
  readonly withheld: number | null;
  /** False: files of the case were left out of the hand-over, and the cover lists them. */
  readonly whole: boolean | null;
  readonly recordings: HandedOver;
  readonly messages: HandedOver;
  readonly files: HandedOver;
  readonly custody: CheckedCustody;
  /** Number of recordings that have a valid proof of their own. */
  readonly provedRecordings: number;
  readonly faults: number;
  /** Number of later hand-overs of the case, according to the given log. */
  readonly later: number;
}

/** What a hand-over is compared with, in addition to the key. */
export interface ExpectedHandOver {
  /** Folder of the archive whose log lists the hand-overs; null: only the part of the log that the bag proves is used. */
  readonly archiveDir: string | null;
  /** The hand-over that the recipient was told to expect; null: the recipient expects none in particular. */
  readonly told: HandOverNumber | null;
}

/**
 * Compares a hand-over with what its archive's log recorded about it. Needs only the bag, or its zip, and the key of the archive.
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
  const recordings = await checkRecordings(bag, files.sha256, verifier, entry);
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

/** Reads the log entry of the hand-over, if the key signed a log that contains the entry. */
async function readProof(bag: BagFiles, key: NoteKey): Promise<ReadProof> {
  const bytes = await bag.bytes(handOverProof, limits.proofBytes);
  if (bytes === null) return { code: 'C140', problem: 'it is missing: no signed record states what was handed over' };
  const proof = parseProof(bytes.toString('utf8'));
  if (proof === null) return { code: 'C140', problem: 'it is not a tlog-proof: no signed record states what was handed over' };
  const verdict = checkProof(proof, proof.extra, key);
  if (!verdict.holds) return { code: 'C141', problem: verdict.reason };
  const entry = parseEntry(proof.extra, proof.index + 1);
  const isHandOver =
    entry?.type === 'exported' &&
    typeof entry.detail.case === 'string' &&
    caseIdPattern.test(entry.detail.case) &&
    typeof entry.detail.tagManifestSha256 === 'string';
  if (entry === null || !isHandOver) return { code: 'C141', problem: 'the log entry that it proves does not record a hand-over' };
  return { proof, entry, size: verdict.checkpoint.size };
}

/** Files that are in a bag, and those that its manifests list. */
interface ReadFiles {
  /** Digest of every file that is present. */
  readonly sha256: ReadonlyMap<string, string>;
  /** Digests that the manifests list, by path. */
  readonly listed: ReadonlyMap<string, string>;
  /** Digest of `tagmanifest-sha512.txt`; null if the file is missing. */
  readonly tagManifestSha512: string | null;
  /** Manifests that are missing or exceed the size limit. */
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

/** Compares files with the manifests of the bag. */
function* fixityFindings({ sha256, listed, unread }: ReadFiles): Generator<Finding> {
  for (const name of unread) yield finding('C144', name, 'it is missing, or cannot be read');
  for (const [path, wanted] of listed) {
    const found = sha256.get(path);
    if (found === undefined) yield finding('C144', path, 'a manifest lists it, but it is missing');
    else if (found !== wanted) yield finding('C143', path, `SHA-256 ${found.slice(0, 16)}… instead of ${wanted.slice(0, 16)}…`);
  }
  for (const path of sha256.keys())
    if (!listed.has(path) && !unlistedFiles.includes(path) && !/^tagmanifest-sha(?:256|512)\.txt$/.test(path))
      yield finding('C145', path, 'no manifest lists it');
}

/** Compares the tag manifests, which cover every other file, with the log. */
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
            `${found === null ? 'it is missing' : `its digest is ${found.slice(0, 16)}…`}; entry ${seq} of the log has ${wanted.slice(0, 16)}…`,
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

/** Reads a JSON file; returns null if it is not JSON. */
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
    handedOver !== null && there < handedOver ? [finding('C146', place, `only ${there} of ${handedOver} ${what} are in the bag`)] : [],
  );
}

/** Reports recordings that case.json names and that are missing, if the bag contains fewer than were handed over. */
async function missingFindings(bag: BagFiles, { recordings }: Counts, entry: LogEntry | null): Promise<Finding[]> {
  // The case.json of a supplement also names recordings of earlier hand-overs.
  if (recordings.handedOver === null || recordings.there >= recordings.handedOver || typeof entry?.detail.supplementTo === 'number') return [];
  const document = parseCase(await jsonOf(bag, 'data/case.json'));
  if (typeof document === 'string') return [];
  const there = recordingsIn(bag);
  return document.recordings
    .filter(({ recordingId }) => !there.has(recordingId))
    .map(({ recordingId }) => finding('C144', `data/recordings/${recordingId}`, 'case.json names it, but it is missing'));
}

/** Checks the proofs of single recordings. They show which recordings are unchanged, even if the manifests were rewritten. */
async function checkRecordings(
  bag: BagFiles,
  sha256: ReadonlyMap<string, string>,
  key: NoteKey,
  entry: LogEntry | null,
): Promise<{ readonly proved: number; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  let proved = 0;
  // A masked hand-over has no such proofs.
  if (entry === null || entry.detail.masked === true) return { proved, findings };
  for (const id of recordingsIn(bag)) {
    const at = `data/recordings/${id}`;
    const [text, document] = [
      await bag.bytes(`${at}/proof.tlog-proof`, limits.proofBytes),
      await bag.bytes(`${at}/recording.json`, limits.recordingJsonBytes),
    ];
    // Some recordings have no proof; the cover says how many.
    if (text === null || document === null) continue;
    const proof = parseProof(text.toString('utf8'));
    // The log of a sealed archive contains the digest of public.json, which commits to the other files.
    const sealed = await bag.bytes(`${at}/${publicName}`, limits.recordingJsonBytes);
    const verdict =
      proof === null
        ? { holds: false as const, reason: 'its proof is not a tlog-proof' }
        : checkRecordingProof(proof, sealed ?? document, key, sealed === null ? 'recording.json' : publicName);
    const unlike = sealed === null ? [] : await unlikeFiles(bag, at, sealed, sha256);
    for (const path of unlike) findings.push(finding('C147', path, `it is not the one to which the proved ${publicName} commits`));
    if (unlike.length > 0) continue;
    if (!verdict.holds) findings.push(finding('C147', `${at}/recording.json`, verdict.reason));
    else if (verdict.recordingId !== id)
      findings.push(finding('C147', `${at}/recording.json`, `its proof is that of recording ${verdict.recordingId}`));
    else proved++;
  }
  return { proved, findings };
}

/** Returns those files of a recording of a sealed archive that do not match the commitments in its `public.json`. */
async function unlikeFiles(bag: BagFiles, at: string, sealed: Uint8Array, sha256: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const there = new Map([...sha256].flatMap(([path, digest]) => (path.startsWith(`${at}/`) ? [[path.slice(at.length + 1), digest] as const] : [])));
  const key = await bag.bytes(`${at}/${commitmentKeyName}`, limits.tagFileBytes);
  const unlike = filesUnlike(sealed, key?.toString('utf8') ?? null, there);
  return unlike === null ? [`${at}/${commitmentKeyName}`] : unlike.map((name) => `${at}/${name}`);
}
