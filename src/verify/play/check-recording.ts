import { basename, dirname, join } from 'node:path';
import { publicName } from '../../archive/documents/public-json.ts';
import { storedName } from '../../archive/documents/stored-path.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type AccessCopy, type RecordingDocument, type StoredFile, sealedEnding, storedFilesOf } from '../../core/model/recording-document.ts';
import type { Verdict, VerdictKind } from '../../core/model/verdict.ts';
import { createVerdictCap } from '../../core/model/verdict-cap.ts';
import type { PlayableFile } from '../../media/bytes/medium-bytes.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { OggOpusSummary } from '../../ogg/opus-reader.ts';
import { erasedSecret } from '../../sealing/keyring/page.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import { openFile, secretFor } from '../../sealing/stored/stored-bytes.ts';
import { checkLinks } from './check-links.ts';
import type { PlayLevel } from './play-recording.ts';
import type { PlayedVerdicts } from './played-verdicts.ts';

/** A file of a recording's folder that was just read. */
export interface SeenFile {
  /** Path relative to the bag. */
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Null if SHA-256 was not requested. */
  readonly sha256: string | null;
  /** Structure of an Ogg Opus file. */
  readonly ogg: OggOpusSummary | null;
}

/** Location of a recording, and extent of its check. */
export interface RecordingPlace {
  /** Absolute path of the bag. */
  readonly bag: string;
  /** Name of the bag in verdicts. */
  readonly place: string;
  readonly play: PlayLevel;
  /** Returns the secrets of sealed recordings. */
  readonly secretsOf: SecretsOf;
}

/** Results of a recording's check. */
export type CheckedRecording = Pick<PlayedVerdicts, 'verdicts' | 'audioMs'> & { readonly played: PlayedVerdicts | null };

/** The existing files of a recording. */
export interface FilesThere {
  readonly seen: readonly SeenFile[];
  /** Names of files that could not be read and were reported. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Compares a recording's files with its own document: every file that the document names exists, digests agree (a manifest re-created over altered files does
 * not reveal a difference), and copies are complete and have the recorded number of samples. Audio files are decoded to the requested extent; `audioMs` is the
 * duration decoded, or that of the copies examined.
 */
export async function checkRecording(
  document: RecordingDocument,
  { seen, unread }: FilesThere,
  where: RecordingPlace,
  tools: () => Promise<MediaTools>,
  signal: AbortSignal,
): Promise<CheckedRecording> {
  const verdicts: Verdict[] = [];
  // A document may name millions of files.
  const cap = createVerdictCap(limits.recordingVerdicts);
  let audioMs = 0;
  const folder = seen[0] === undefined ? `data/${document.recordingId}` : dirname(seen[0].path);
  const say = (verdict: VerdictKind, code: FindingCode, name: string, message: string): void => {
    const said: Verdict = { kind: 'verdict', verdict, code, path: `${where.place}/${folder}/${name}`, message, severity: 'error' };
    if (cap.pass(said)) verdicts.push(said);
  };
  if (basename(folder) !== document.recordingId)
    say('swapped', 'V111', 'recording.json', `belongs to recording ${document.recordingId}, but is in the folder of another`);
  const byName = new Map(seen.map((file) => [file.name, file]));
  const copies = copiesOf(document);
  const sound = new Map<string, PlayableFile>();
  const erased = new Set<string>();
  for (const file of storedFilesOf(document)) {
    // An erased file is not checked further: if it exists again, it is reported as unexpected.
    if (file.erased !== undefined) {
      erased.add(file.path);
      continue;
    }
    // A file in another bag is checked with that bag; `checkLinks` compares the link.
    if (file.bag !== undefined) continue;
    const name = storedName(file);
    const found = byName.get(name);
    if (found === undefined) {
      if (!unread.has(name)) say('missing', 'V112', name, 'is named by recording.json and does not exist');
      continue;
    }
    byName.delete(name);
    const stated = file.sealed ?? file;
    if (found.sha256 !== null && found.sha256 !== stated.sha256) {
      say(
        'corrupt',
        'V113',
        name,
        agree`has ${found.sizeBytes} byte[s] and SHA-256 ${found.sha256.slice(0, 16)}…, recording.json states ${stated.sizeBytes} byte[s] and ${stated.sha256.slice(0, 16)}…`,
      );
    } else if (where.play !== 'none') {
      const playable = playableFile(file, join(where.bag, found.path), found.sizeBytes, where.secretsOf);
      if (playable === null) erased.add(file.path);
      else {
        sound.set(file.path, playable);
        const wrong = copies.has(file.path) ? null : wrongInside(playable, file);
        if (wrong !== null) say('corrupt', 'K202', name, wrong);
      }
    }
    const copy = copies.get(file.path);
    if (copy === undefined) continue;
    audioMs += (copy.samples / copy.sampleRateHz) * 1_000;
    if (found.ogg !== null) for (const problem of structureProblems(copy, found.ogg)) say('unplayable', 'V120', file.path, problem);
  }
  for (const name of ['recording.json', `recording.json${sealedEnding}`, publicName]) byName.delete(name);
  for (const name of byName.keys()) say('unexpected', 'V114', name, 'is in the recording and is not named by its recording.json');
  for (const verdict of checkLinks(document, where)) if (cap.pass(verdict)) verdicts.push(verdict);
  for (const rest of cap.rest(`${where.place}/${folder}`)) verdicts.push(rest);
  if (where.play === 'none') return { verdicts, audioMs, played: null };
  const played = await play(document, { files: sound, erased, folder: `${where.place}/${folder}` }, where.play, await tools(), signal);
  return { verdicts: [...verdicts, ...played.verdicts], audioMs: played.audioMs, played: broken(verdicts, played) };
}

/** Returns a stored file to be decoded; a sealed file comes with its secret. Null: the file was erased alone. */
export function playableFile(file: StoredFile, path: string, storedBytes: number, secretsOf: SecretsOf): PlayableFile | null {
  if (file.sealed === undefined) return { path, sizeBytes: storedBytes };
  if (secretsOf(dirname(path))?.[file.path] === erasedSecret) return null;
  return { path, sizeBytes: file.sizeBytes, secret: secretFor(path, file.path, secretsOf) };
}

/**
 * Opens a sealed file that is not decoded, and reads all of a small one, e.g. the recorder's row.
 * @returns what is wrong; null: nothing, or the file is open or unreadable
 */
function wrongInside({ path, secret }: PlayableFile, { sizeBytes, sha256 }: StoredFile): string | null {
  if (secret === undefined) return null;
  try {
    const opened = openFile(path, secret);
    try {
      if (opened.size !== sizeBytes) return agree`opens to ${opened.size} byte[s], recording.json states ${sizeBytes}`;
      if (sizeBytes > mostReadWhole) return null;
      const plain = Buffer.alloc(sizeBytes);
      opened.readInto(plain, 0);
      return sha256Hex(plain) === sha256
        ? null
        : `opens to bytes with SHA-256 ${sha256Hex(plain).slice(0, 16)}…, recording.json states ${sha256.slice(0, 16)}…`;
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K202') return error.message.slice(error.message.indexOf(': ') + 2);
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/**
 * Size above which sealed files that are not decoded are only opened, which checks header and last chunk; their stored bytes are compared with the manifests.
 */
const mostReadWhole = 64 * 1024;

/** The audio files of a recording, and its folder in findings. */
interface FilesOfRecording {
  readonly files: ReadonlyMap<string, PlayableFile>;
  /** Names of files that were erased alone. */
  readonly erased: ReadonlySet<string>;
  readonly folder: string;
}

async function play(
  document: RecordingDocument,
  { files, erased, folder }: FilesOfRecording,
  level: PlayLevel,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<PlayedVerdicts> {
  // Loaded on demand: most verifications decode nothing.
  const [{ choiceOf, playRecording }, { playedVerdicts }] = await Promise.all([import('./play-recording.ts'), import('./played-verdicts.ts')]);
  return playedVerdicts(await playRecording(document, files, { ...choiceOf(level), erased }, tools, signal), folder);
}

/** Adjusts the results: a copy with damaged pages does not count as decoded, whatever its decoder returned. */
function broken(verdicts: readonly Verdict[], played: PlayedVerdicts): PlayedVerdicts {
  if (!verdicts.some(({ verdict }) => verdict === 'unplayable')) return played;
  return { ...played, counts: { played: 0, failed: 1, otherwise: 0 }, untried: 0 };
}

function copiesOf(document: RecordingDocument): Map<string, AccessCopy> {
  const copies = [
    ...document.media.flatMap((medium) => (medium.access === null ? [] : [medium.access])),
    ...(document.joined === null ? [] : [document.joined]),
  ].filter(({ bag }) => bag === undefined);
  return new Map(copies.map((copy) => [copy.path, copy]));
}

function structureProblems(copy: AccessCopy, ogg: OggOpusSummary): string[] {
  const problems = [...ogg.problems];
  const expected = copy.samples * (48_000 / copy.sampleRateHz);
  if (ogg.samplesAt48k !== expected) problems.push(agree`its pages contain ${ogg.samplesAt48k} sample[s] at 48 kHz, ${expected} [was|were] recorded`);
  if (ogg.channels !== null && ogg.channels !== copy.channels)
    problems.push(agree`it has ${ogg.channels} channel[s], ${copy.channels} [was|were] recorded`);
  return problems;
}
