import { storedPath, storedPlace } from '../../archive/documents/stored-path.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import { agree } from '../../core/base/agree.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { extension } from '../../core/base/safe-path.ts';
import { finding } from '../../core/findings/finding.ts';
import type { AccessCopy, RecordingDocument, StoredFile } from '../../core/model/recording-document.ts';
import { createLandedRecordings } from '../../log/entries/landed-recordings.ts';
import { type PipedSound, type Player, type Playing, playAloud, tryPlayer } from '../../media/player.ts';
import { openStoredFile, piecesOf, readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type EntryTools, enterOne, notEnteredFinding } from '../open/enter-one.ts';
import { erasedFilesOf, erasedFileText } from '../open/erased.ts';
import { landedBagsOf } from '../open/landed-bags.ts';
import { findOne } from '../open/query.ts';

/** What to play. */
export interface PlayRequest extends Playing {
  readonly recordingId: string;
  /** Number of the file, from 1, as `show` lists the files; null: the file with all parties. */
  readonly medium: number | null;
}

/** Result of playing. */
export interface PlayOutcome {
  readonly recordingId: string;
  /** Absolute path. */
  readonly file: string;
  /** False if its bytes differ from the recorded ones, so that it was not played. */
  readonly whole: boolean;
}

/** Tools of playing. */
export interface PlayTools extends EntryTools {
  readonly temporary: string;
  /** Player of this machine; null: none. */
  readonly player: Player | null;
  /** Name of the requested player; null: the first one available. */
  readonly wanted: string | null;
}

/**
 * Plays a recording aloud. Checks the file against its digest, tests the sound device with silence, and logs the playback before the first sound.
 * @throws LongplayError U130, U131; U135: no such file, channel or place; P174: this machine has no player for the file
 */
export async function* play(
  archiveDir: string,
  request: PlayRequest,
  tools: PlayTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PlayOutcome> {
  const { archive, shown } = yield* findOne(archiveDir, request.recordingId, tools, signal);
  const { document, folder, bag } = shown;
  const { recordingId } = document;
  const gone = await erasedFilesOf(archive, shown, tools.keys, signal);
  const { file, durationMs, channels } = chosenFile(document, request.medium, new Set(gone.map((one) => one.file)));
  const path = storedPath(folder, file);
  const erased = gone.find((one) => one.file === file.path);
  if (erased !== undefined)
    throw new LongplayError(
      'incomplete',
      'K204',
      `${erasedFileText(erased)} (recording ${recordingId})`,
      'longplay show prints its other files; see the request with: longplay erase status ARCHIVE',
    );
  if (request.channel !== null && channels !== null && request.channel > channels)
    throw new LongplayError(
      'usage',
      'U135',
      agree`${file.path} has ${channels} channel[s], not ${request.channel}`,
      'omit --channel to hear all of them',
    );
  if (durationMs !== null && request.fromMs >= durationMs && request.fromMs > 0)
    throw new LongplayError('usage', 'U135', `${file.path} is ${(durationMs / 1_000).toFixed(1)} s long`, 'give an earlier place with --from');
  const { player } = tools;
  if (player === null) {
    const other = file.sealed === undefined ? `play it with any player: ${path}; or install` : 'export it and play it with any player; or install';
    const hint = `${other} one that longplay starts: apt-get install ffmpeg`;
    throw new LongplayError(
      'incomplete',
      'P174',
      tools.wanted === null ? 'neither ffplay nor play (sox) is on PATH' : `${tools.wanted} is not an ffplay or play (sox) that can be started`,
      hint,
    );
  }
  const place = `bags/${bag}/data/${recordingId}`;
  const landed = createLandedRecordings(archive.dir, await landedBagsOf(archive, tools.keys, signal));
  const { leaf } = readDocumentBytes(folder);
  if (landed.isOther(bag, recordingId, leaf.bytes, leaf.name)) {
    yield findingEvent(finding('P171', `${place}/recording.json`, 'is not the one that landed according to the log; nothing was played'));
    return { recordingId, file: path, whole: false };
  }
  const sha256 = digestOf(path);
  const recorded = (file.sealed ?? file).sha256;
  if (sha256 !== recorded) {
    yield findingEvent(
      finding(
        'P171',
        storedPlace(bag, recordingId, file),
        `was not played: ${(sha256 ?? 'nothing').slice(0, 16)} instead of SHA-256 ${recorded.slice(0, 16)}…`,
      ),
    );
    return { recordingId, file: path, whole: false };
  }
  const didNot = (problem: string): LongplayError =>
    new LongplayError(
      'incomplete',
      'P174',
      `${player.path} did not play it: ${problem}`,
      file.sealed === undefined
        ? `the file is complete; play it with another program: ${path}`
        : 'export the recording, and play it with another program',
    );
  const mute = await tryPlayer(player, signal);
  if (mute !== null) throw didNot(mute);
  const refusal = await enterOne(archive, 'listened', { recordingId, by: 'play' }, tools);
  if (refusal !== null) yield findingEvent(notEnteredFinding('P173', refusal));
  yield { type: 'result', of: 'playing', value: { recordingId, file: path, durationMs, channels, player: player.path } };
  const problem = await playAloud(player, file.sealed === undefined ? path : pipedSound(folder, file), request, signal);
  if (problem !== null) throw didNot(problem);
  return { recordingId, file: path, whole: true };
}

/** Opens a sealed file for a player, which receives the plain bytes through a pipe. */
function pipedSound(folder: string, file: StoredFile): PipedSound {
  return { ending: extension(file.path).slice(1), pieces: piecesOf(() => openStoredFile(folder, file)) };
}

/** The file that is played. */
interface ChosenFile {
  readonly file: StoredFile;
  readonly durationMs: number | null;
  readonly channels: number | null;
}

/**
 * Returns the joined copy of both sides; otherwise the requested or first copy; if there is no copy, the original. An erased file is chosen only if
 * it was requested, or there is no other.
 */
function chosenFile({ joined, media, recordingId }: RecordingDocument, number: number | null, erased: ReadonlySet<string>): ChosenFile {
  if (number === null && joined !== null && !erased.has(joined.path)) return ofCopy(joined);
  const first = media.find(({ access }) => access !== null && !erased.has(access.path)) ?? media.find(({ access }) => access !== null) ?? media[0];
  const medium = number === null ? first : media[number - 1];
  if (medium === undefined) {
    const problem =
      media.length === 0 ? `recording ${recordingId} contains no audio` : agree`recording ${recordingId} has ${media.length} file[s], not ${number}`;
    throw new LongplayError('usage', 'U135', problem, 'list its files with: longplay show');
  }
  if (medium.access !== null) return ofCopy(medium.access);
  return { file: medium.original, durationMs: medium.measurement?.durationMs ?? null, channels: medium.measurement?.channels ?? null };
}

function ofCopy(copy: AccessCopy): ChosenFile {
  return { file: copy, durationMs: (copy.samples / copy.sampleRateHz) * 1_000, channels: copy.channels };
}

/** Returns the digest of a file; null if the file is missing. @throws LongplayError P175 if the system cannot read it */
function digestOf(path: string): string | null {
  try {
    return hashFile(path, ['sha256']).digests.sha256 ?? null;
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (isFileError(code)) return null;
    throw new LongplayError('incomplete', 'P175', `${path} cannot be read: ${code}`, 'fix the cause, then run the same command again', error);
  }
}
