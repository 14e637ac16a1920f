import { readFile } from 'node:fs/promises';
import { logLinks } from '../../archive/archive-links.ts';
import { createLandings } from '../../archive/bag/landing.ts';
import { holdsNoArchive, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import { type FindingCode, findingTable, isFaultOfArchive } from '../../core/findings/finding-table.ts';
import { changeKey, type KeyChange } from '../../log/change-key.ts';
import { checkpointWitnessed, witnessedDetail } from '../../log/entries/logged-files.ts';
import { checkLogDigests } from '../../log/files/digests.ts';
import { proveConsistency } from '../../log/files/proof.ts';
import { sendToWitness, type Witness, type Witnessed } from '../../log/files/witness.ts';
import { rememberCheckpoint, rememberSeen } from '../../log/keys/key-store.ts';
import { forgetPlace, rememberPlace } from '../../log/keys/known-places.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { readRootsFile } from '../../log/stamps/roots.ts';
import { parseCheckpoint } from '../../log/tree/checkpoint.ts';
import { verifyConsistency } from '../../log/tree/merkle.ts';
import { checkSignature, type NoteKey, parseVerifierKey, verifierKey } from '../../log/tree/signed-note.ts';
import { createDetailsCheck } from '../../log/who/check-details.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent, verdictEvent } from '../events/events.ts';
import { type EntryTools, enterOne } from '../open/enter-one.ts';
import { provedStamps, readStamps } from './stamp-log.ts';

/** Result of checking a log. */
export interface LogReport {
  readonly entries: number;
  /** Number of entries that are lost, or differ from what was logged. */
  readonly bad: number;
  readonly errors: number;
  /** Root in hexadecimal; null if no tree matches the signed one. */
  readonly root: string | null;
  /** The current signing key as a verifier key; null: the log names none. */
  readonly key: string | null;
  /** Number of entries in an older checkpoint that the log provably continues; null if none was given. */
  readonly continues: number | null;
  /** Number of proved stamps; null if no roots were given. */
  readonly stamps: number | null;
}

/** What a log must match, according to other sources. */
export interface LogExpectations {
  /** Folder of this machine's keys and of its memory. */
  readonly keys: string;
  /** Verifier key that must be in force, or a file with it. */
  readonly key?: string;
  /** File with an older checkpoint, e.g. from a witness. */
  readonly since?: string;
  /** PEM file with the roots of time-stamp authorities; the stamps are then verified as well. */
  readonly roots?: string;
  /** Returns the current time as ISO text. */
  readonly now: () => string;
}

/**
 * Checks an archive's log: its entries, tiles and signature, the memory of this machine, and the expectations of the user.
 * @throws LongplayError usage U310: the given key or checkpoint is invalid
 */
export async function* verifyLog(archiveDir: string, expected: LogExpectations, signal: AbortSignal): AsyncGenerator<PipelineEvent, LogReport> {
  const archive = await openArchive(archiveDir, 'any-stage');
  const wanted = expected.key === undefined ? null : await readVerifierKey(expected.key);
  const older = expected.since === undefined ? null : await readCheckpointFile(expected.since);
  const found = await inspectLog(archive, expected.keys, signal);
  let errors = 0;
  const say = function* (code: FindingCode, place: string, message: string): Generator<PipelineEvent> {
    if (isFaultOfArchive(code)) errors++;
    yield findingEvent(finding(code, place, message));
  };
  const { findings, behind } = await judgeLog(archive, found, expected.keys, signal);
  if (behind !== null) yield verdictEvent(behind);
  for (const { code, place, message } of findings) yield* say(code, place, message);
  for (const { code, place, message } of logLinks(archive.dir)) yield* say(code, place, message);
  const digests = checkLogDigests();
  const details = createDetailsCheck(archive.dir);
  for await (const entry of readEntries(archive, found, signal)) {
    await details.take(entry);
    for (const { code, place, message } of digests.take(entry)) yield* say(code, place, message);
  }
  for (const { code, place, message } of details.findings()) yield* say(code, place, message);
  const inForce = found.keys.inForce(found.size);
  if (wanted !== null && inForce?.id !== wanted.id)
    yield* say(
      'L111',
      'log/checkpoint',
      `it is signed with ${inForce === null || inForce === undefined ? 'no known key' : `key ${inForce.id}`}, not with ${wanted.id}`,
    );
  let continues: number | null = null;
  if (older !== null && found.checkpoint !== null) {
    const problem = await continuityProblem(archive, older, found, wanted);
    if (problem === null) continues = older.size;
    else yield* say(problem.code, 'log/checkpoint', problem.message);
  }
  let stamps: number | null = null;
  if (expected.roots !== undefined) {
    const proved = await readStamps(archive, { roots: await readRootsFile(expected.roots) }, expected, signal);
    for (const { code, place, message } of proved.findings) yield* say(code, place, message);
    stamps = provedStamps(proved.readings);
  }
  if (errors === 0 && found.checkpoint !== null) await remember(expected.keys, archive.id, found.checkpoint);
  return {
    entries: found.size,
    bad: found.bad.size,
    errors,
    root: found.checkpoint === null ? null : Buffer.from(found.checkpoint.root).toString('hex'),
    key: inForce === null ? null : verifierKey(inForce),
    continues,
    stamps,
  };
}

/** Remembers an intact state as the minimum that this machine expects from now on, if it may write its memory. */
async function remember(keys: string, archiveId: string, note: NonNullable<LogInspection['checkpoint']>): Promise<void> {
  await rememberSeen(keys, archiveId, note).catch((error: unknown) => {
    if (!(error instanceof LongplayError)) throw error;
  });
}

async function continuityProblem(
  archive: { readonly dir: string },
  older: NonNullable<ReturnType<typeof parseCheckpoint>>,
  found: LogInspection,
  wanted: NoteKey | null,
): Promise<{ readonly code: FindingCode; readonly message: string } | null> {
  const forked = (message: string): { readonly code: FindingCode; readonly message: string } => ({ code: 'L112', message });
  // In an unbroken chain each key was signed by the previous one, so the expected current key also confirms the earlier ones.
  const isUnbroken = !found.findings.some(({ code }) => code === 'L103');
  const key = isUnbroken ? (found.keys.inForce(older.size) ?? wanted) : (wanted ?? found.keys.inForce(older.size));
  if (key !== null && checkSignature(older.note, key).verdict !== 'valid') return forked(`the older checkpoint is not signed with key ${key.id}`);
  if (older.origin !== found.checkpoint?.origin) return forked(`the older checkpoint is of ${older.origin.slice(0, 80)}`);
  if (older.size > found.checkpoint.size)
    return forked(agree`the older checkpoint counts ${older.size} entr[y|ies], this one ${found.checkpoint.size}`);
  try {
    const { checkpoint, hashes } = await proveConsistency(archive, older.size);
    const continued = verifyConsistency(older, checkpoint, hashes);
    return continued ? null : forked(agree`it does not continue the ${older.size} entr[y|ies] of the older checkpoint`);
  } catch (error) {
    // Missing tiles prove nothing, and the other results are still reported.
    if (error instanceof LongplayError && error.code === 'L105') return { code: 'L105', message: error.message };
    throw error;
  }
}

/** Number of entries of a log, and number of errors in them and in their details. */
export interface LogListing {
  readonly entries: number;
  readonly errors: number;
}

/**
 * Yields the entries of a log in order, each with its existing details. Before them come the problems of the log, after them those of the details.
 */
export async function* listLog(archiveDir: string, keys: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, LogListing> {
  const archive = await openArchive(archiveDir, 'any-stage');
  const found = await inspectLog(archive, keys, signal);
  // That a replica is behind is told at the start of the run (L135).
  const { findings } = await judgeLog(archive, found, keys, signal);
  for (const item of findings) yield findingEvent(item);
  let entries = 0;
  const beside = createDetailsReader(archive.dir);
  const check = createDetailsCheck(archive.dir);
  for await (const entry of readEntries(archive, found, signal)) {
    entries++;
    await check.take(entry);
    const { seq, time, type, detail } = entry;
    const details = await beside.of(entry);
    yield { type: 'result', of: 'entry', value: { seq, time, type, detail, ...(details === null ? {} : { details }) } };
  }
  const besides = check.findings();
  for (const one of besides) yield findingEvent(one);
  return { entries, errors: [...findings, ...besides].filter(({ code }) => isFaultOfArchive(code)).length };
}

/** What this machine now remembers about an archive. */
export interface Remembered {
  readonly archive: string;
  readonly entries: number;
  readonly bags: number;
  /** Errors of the log; if there are any, nothing was remembered. */
  readonly errors: number;
}

/** The archive that was expected until now at a path where there is none. */
export interface Forgotten {
  readonly archive: null;
  readonly forgotten: string;
  readonly bags: number;
}

/**
 * Remembers the present state of an archive at its path, in place of what this machine knew about the path and the log: for an archive that was moved
 * or restored on purpose. If there is no archive, none is expected there from now on.
 * @throws LongplayError incomplete A102: there is no archive, and none was expected
 */
export async function* rememberArchive(archiveDir: string, keys: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, Remembered | Forgotten> {
  const known = holdsNoArchive(archiveDir) ? await forgetPlace(keys, archiveDir) : null;
  if (known !== null) return { archive: null, forgotten: known.id, bags: known.bags };
  const archive = await openArchive(archiveDir, 'any-stage');
  const found = await inspectLog(archive, null, signal);
  const landings = createLandings();
  for await (const entry of readEntries(archive, found, signal)) landings.take(entry);
  const wrong = found.findings.filter(({ code }) => findingTable.get(code)?.severity === 'error' && code !== 'L103');
  for (const one of found.findings) yield findingEvent(one);
  const outcome = { archive: archive.id, entries: found.size, bags: landings.bags.size, errors: wrong.length };
  if (wrong.length > 0 || found.checkpoint === null) return { ...outcome, errors: Math.max(1, wrong.length) };
  await rememberCheckpoint(keys, archive.id, found.checkpoint.text);
  await rememberPlace(keys, archive.dir, { id: archive.id, bags: outcome.bags });
  return outcome;
}

/** Replaces the signing key of an archive by a new one. */
export async function* changeLogKey(
  archiveDir: string,
  tools: EntryTools,
  how: 'rotate' | 'lost',
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, KeyChange> {
  const changed = await changeKey(await openArchive(archiveDir, 'any-stage'), tools, how, signal);
  yield { type: 'result', of: 'key', value: { ...changed } };
  return changed;
}

/** Submits the state of the log to a witness, and logs the signed result: if its file disappears later, it is reported missing. */
export async function* publishLog(
  archiveDir: string,
  witness: Witness,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Witnessed> {
  const archive = await openArchive(archiveDir, 'any-stage');
  const witnessed = await sendToWitness(archive, witness, signal);
  const { size, to, cosignatures, kept } = witnessed;
  yield { type: 'result', of: 'witnessed', value: { size, to, cosignatures } };
  if (kept !== null) {
    const refusal = await enterOne(archive, checkpointWitnessed, witnessedDetail(kept.path, kept, cosignatures), tools);
    if (refusal !== null) yield findingEvent(finding('L240', kept.path, refusal.reason));
  }
  return witnessed;
}

/** Reads a verifier key, from its text or from a file. @throws LongplayError usage U310 */
export async function readVerifierKey(text: string): Promise<NoteKey> {
  const key = parseVerifierKey(text) ?? parseVerifierKey(await readText(text));
  if (key === null)
    throw new LongplayError(
      'usage',
      'U310',
      'that is neither a verifier key nor a file with one',
      'give NAME+ID+KEY, as `longplay log verify` prints it',
    );
  return key;
}

async function readCheckpointFile(file: string): Promise<NonNullable<ReturnType<typeof parseCheckpoint>>> {
  const checkpoint = parseCheckpoint(await readText(file));
  if (checkpoint === null) throw new LongplayError('usage', 'U310', `${file} is not a signed checkpoint`, 'name a copy of log/checkpoint');
  return checkpoint;
}

async function readText(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    return text.length > limits.signedNoteBytes ? '' : text;
  } catch (error) {
    throw new LongplayError('usage', 'U310', `${file} cannot be read: ${systemCode(error) ?? errorText(error)}`, 'name an existing file', error);
  }
}
