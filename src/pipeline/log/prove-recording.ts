import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { commitmentKeyIn, commitmentKeyName, commitmentOf, parsePublicJson, publicName } from '../../archive/documents/public-json.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { makeFolder, removeAbandoned, writeDurableNew } from '../../archive/files/durable.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { storedFilesOf } from '../../core/model/recording-document.ts';
import { createLandedRecordings, type LandedRecordings } from '../../log/entries/landed-recordings.ts';
import type { LeafFile } from '../../log/entries/landing.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { parseProof } from '../../log/files/proof.ts';
import { checkRecordingProof, makeRecordingProof } from '../../log/files/recording-proof.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { type NoteKey, verifierKey } from '../../log/tree/signed-note.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { findErased } from '../open/erased.ts';
import { show } from '../open/query.ts';
import { readVerifierKey } from './archive-log.ts';

/** A written proof. */
export interface WrittenProof {
  readonly recordingId: string;
  readonly bag: string;
  /** Absolute path. */
  readonly file: string;
  /** Time of the bag's landing according to the log. */
  readonly landedAt: string;
  /** Key with which the proof can be checked; whoever checks it must get the key from another source. */
  readonly key: string | null;
}

/**
 * Writes the proof that a description of a recording was in the archive when its bag landed.
 * @param asked the recording; the description to prove (null: the newest); and the file (null: `<recording id>.tlog-proof` in the current folder)
 * @throws LongplayError U130, U131; U137: the file exists and is not such a proof; incomplete L113: the log has nothing that could be proved
 */
export async function* proveRecordingTo(
  archiveDir: string,
  asked: { readonly recordingId: string; readonly revision: number | null; readonly out: string | null },
  tools: { readonly temporary: string; readonly keys: string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WrittenProof> {
  const archive = await openArchive(archiveDir);
  const { bag, id } = yield* placeOf(archive, asked, tools, signal);
  const prover = await createProver(archive, tools.keys, signal);
  for (const item of prover.findings) yield findingEvent(item);
  const proved = await prover.prove(bag, id);
  if ('problem' in proved) throw new LongplayError('incomplete', 'L113', proved.problem, proved.hint);
  const { text, landedAt } = proved;
  const file = resolve(asked.out ?? `${id}.tlog-proof`);
  await makeFolder(dirname(file));
  await removeAbandoned(dirname(file));
  if (!(await writeDurableNew(file, text)) && !(await isSame(file, text)))
    throw new LongplayError('usage', 'U137', `${file} exists already`, 'name a new file with --out');
  return { recordingId: id, bag, file, landedAt, key: prover.key };
}

/** Finds the bag of a description. For an erased recording of a sealed archive, only its public document is proved. @throws as `show` */
async function* placeOf(
  archive: Archive,
  asked: { readonly recordingId: string; readonly revision: number | null },
  tools: { readonly temporary: string; readonly keys: string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly bag: string; readonly id: string }> {
  try {
    const shown = yield* show(archive.dir, asked, tools, signal);
    return { bag: shown.bag, id: shown.document.recordingId };
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'K204') throw error;
    const [erased] = await findErased(archive, asked.recordingId, tools.keys, signal);
    const bag = erased?.bags[(asked.revision ?? 1) - 1];
    if (erased === undefined || bag === undefined) throw error;
    return { bag, id: erased.recordingId };
  }
}

/** Returns true if a file with this text exists already. */
async function isSame(file: string, text: string): Promise<boolean> {
  const stat = statSync(file);
  return stat.isFile() && stat.size === Buffer.byteLength(text) && (await readFile(file, 'utf8')) === text;
}

/** Makes proofs of recordings of one archive. */
export interface Prover {
  /** Problems of the log. */
  readonly findings: readonly Finding[];
  /** The current signing key as a verifier key; null: the log names none. */
  readonly key: string | null;
  /** Tests whether documents are those that landed. */
  readonly landed: LandedRecordings;
  /**
   * Makes a proof and checks it as its reader will; if that is impossible, returns the reason and the next step.
   * @throws LongplayError L105 if the log is too damaged
   */
  prove(
    bag: string,
    recordingId: string,
  ): Promise<{ readonly text: string; readonly landedAt: string } | { readonly problem: string; readonly hint: string }>;
}

/** Creates a prover; reads the log once for any number of proofs. @param onEntry receives every entry, in order */
export async function createProver(
  archive: Archive,
  keys: string,
  signal: AbortSignal,
  onEntry: (entry: LogEntry) => void = () => undefined,
): Promise<Prover> {
  const found = await inspectLog(archive, keys, signal);
  const landings = new Map<string, LogEntry>();
  for await (const entry of readEntries(archive, found, signal)) {
    onEntry(entry);
    // The newest entry with the root of the recordings counts: adding digests to a bag does not change its recordings.
    if (entry.type === 'bag-landed' && typeof entry.detail.bag === 'string' && typeof entry.detail.recordingsRoot === 'string')
      landings.set(entry.detail.bag, entry);
  }
  const key = found.keys.inForce(found.size);
  const details = new Map([...landings].map(([bag, { detail }]) => [bag, detail]));
  return {
    findings: found.findings,
    key: key === null ? null : verifierKey(key),
    landed: createLandedRecordings(archive.dir, () => details),
    prove: async (bag, recordingId) => {
      const path = join(archive.dir, 'bags', bag);
      const landing = landings.get(bag);
      const text = landing === undefined ? null : await makeRecordingProof(archive, { path }, landing, recordingId);
      if (landing === undefined || text === null) {
        return {
          problem: `the log does not say enough about bag ${bag} to prove one of its recordings`,
          hint: 'verify the archive; a bag that landed before version 0.1.0 was finished has no such entry',
        };
      }
      const problem = await ownProblem(text, join(path, 'data', recordingId, makingOf(path) === null ? 'recording.json' : publicName), key);
      if (problem === null) return { text, landedAt: landing.time };
      return {
        problem: `the proof of recording ${recordingId} would not be valid: ${problem}`,
        hint: 'longplay verify reports what is wrong; restore it from a replica, then make the proof again',
      };
    },
  };
}

function leafOf(documentFile: string): LeafFile {
  return basename(documentFile) === publicName ? publicName : 'recording.json';
}

/** Returns the problem that a reader of the proof would find; null if the proof is valid. */
async function ownProblem(text: string, documentFile: string, key: NoteKey | null): Promise<string | null> {
  const proof = parseProof(text);
  if (proof === null) return 'it is longer than a proof can be';
  if (key === null) return 'the log names no key';
  const verdict = checkRecordingProof(proof, await readBytes(documentFile, limits.recordingJsonBytes), key, leafOf(documentFile));
  return verdict.holds ? null : verdict.reason;
}

/** Result of checking a proof against given files. */
export interface CheckedProof {
  readonly holds: boolean;
  readonly recordingId: string | null;
  readonly landedAt: string | null;
  /** Number of entries in the signed checkpoint. */
  readonly logSize: number | null;
  /** Files whose digest matches the proved document. */
  readonly files: readonly string[];
}

/**
 * Checks a proof with nothing but the proof, a key and the files of the recording, including `recording.json`.
 * @throws LongplayError usage U310, U311
 */
export async function* checkProofOf(
  proofFile: string,
  files: readonly string[],
  key: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CheckedProof> {
  const proof = parseProof((await readBytes(proofFile, limits.proofBytes)).toString('utf8'));
  if (proof === null) throw new LongplayError('usage', 'U311', `${proofFile} is not a tlog-proof`, 'name a file that `longplay proof` wrote');
  // For a sealed recording the log proves public.json, and recording.json is one of the files to which that commits.
  const documentFile = files.find((file) => basename(file) === publicName) ?? files.find((file) => basename(file) === 'recording.json');
  if (documentFile === undefined)
    throw new LongplayError('usage', 'U311', 'recording.json is not among the files', 'it contains the digests of the others: name it as well');
  const bytes = await readBytes(documentFile, limits.recordingJsonBytes);
  const verdict = checkRecordingProof(proof, bytes, await readVerifierKey(key), leafOf(documentFile));
  if (!verdict.holds) {
    yield findingEvent(finding('L114', proofFile, verdict.reason));
    return { holds: false, recordingId: null, landedAt: null, logSize: null, files: [] };
  }
  const keyFile = files.find((file) => basename(file) === commitmentKeyName);
  const isNamed =
    leafOf(documentFile) === publicName ? sealedTest(bytes, keyFile === undefined ? null : await commitmentKey(keyFile)) : openTest(bytes);
  let wrong = 0;
  const proved: string[] = [];
  for (const file of files) {
    if (file === documentFile || file === keyFile) continue;
    if (isNamed(await digestOf(file, signal))) {
      proved.push(file);
      continue;
    }
    wrong++;
    yield findingEvent(finding('L114', file, `its SHA-256 is not in the proved ${basename(documentFile)}`));
  }
  return {
    holds: wrong === 0,
    recordingId: verdict.recordingId,
    landedAt: verdict.landing.time,
    logSize: verdict.checkpoint.size,
    files: [documentFile, ...proved],
  };
}

/** Returns true for the digest of a file of the recording. */
type DigestTest = (sha256: string) => boolean;

function openTest(bytes: Uint8Array): DigestTest {
  const { document } = parseRecordingJson(bytes);
  const digests = new Set(document === null ? [] : storedFilesOf(document).map(({ sha256 }) => sha256));
  return (sha256) => digests.has(sha256);
}

/**
 * Returns a test that recognises the sealed files of a recording as they are stored and, with its commitment key, the plain files.
 * @param key null: it was not given
 */
function sealedTest(bytes: Uint8Array, key: Uint8Array | null): DigestTest {
  const files = parsePublicJson(bytes).document?.files ?? [];
  const known = new Set(files.flatMap(({ sha256, commitment }) => [sha256, commitment]));
  return (sha256) => known.has(sha256) || (key !== null && known.has(commitmentOf(sha256, key)));
}

async function commitmentKey(file: string): Promise<Uint8Array> {
  const key = commitmentKeyIn((await readBytes(file, limits.tagFileBytes)).toString('utf8'));
  if (key === null) throw new LongplayError('usage', 'U311', `${file} is not a commitment key`, 'name the file of the hand-over, unaltered');
  return key;
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { signal })) hash.update(chunk);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw cannotRead(file, error);
  }
  return hash.digest('hex');
}

async function readBytes(file: string, most: number): Promise<Buffer> {
  try {
    if (statSync(file).size > most) throw new RangeError(agree`larger than ${most} byte[s]`);
    return await readFile(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

function cannotRead(file: string, error: unknown): LongplayError {
  return new LongplayError('usage', 'U311', `${file} cannot be read: ${systemCode(error) ?? errorText(error)}`, 'name an existing file', error);
}
