import { agree } from '../../core/base/agree.ts';
import { type ByteReader, joinedReader } from '../../core/base/bytes.ts';
import { isFault } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import type { Codec, Format, Identification, Track } from '../../core/model/format.ts';
import { captureWithoutAudioCode, mayHoldAudio, piecesAfter } from '../../core/model/pieces.ts';
import type { MediaRef, Recording } from '../../core/model/recording.ts';
import { hasSound, type Outcome, outcomesOf, saysEncrypted } from '../../core/model/sound.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import { lengthOf } from '../../core/model/track-length.ts';
import { identificationStopped, identifyAs } from '../../media/declared-medium.ts';
import { lockOf, whyUndecodable } from '../../media/decode/usable-codec.ts';
import { tie } from '../../media/identify/identify-medium.ts';
import { payloadFinding, payloadUnit } from '../../media/measure/one-value.ts';
import { type CallLine, callLine } from '../../report/calls/call-line.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import type { AccountedRecording } from '../read/account.ts';
import type { Listed } from '../read/read-source.ts';
import { statusAfter } from '../read/settle-status.ts';
import { addSound, noSoundYet, type Sound } from '../read/sound.ts';
import { createStatusMoves } from '../read/status-moves.ts';

/** One kind of audio in the source. */
export interface AudioKind {
  readonly format: string;
  readonly codec: string;
  readonly codecName: string;
  readonly files: number;
  readonly bytes: number;
  /** Total duration of files whose headers state it. */
  readonly audioMs: number;
  readonly lengthUnknown: number;
  readonly decodedBy: 'us' | 'ffmpeg' | 'nobody';
  readonly reason: string | null;
}

/** What identifying media needs. */
export interface LookTools {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** As in `MediaTools.passwords`. */
  readonly passwords?: readonly Uint8Array[];
}

/** A recording after all of its files were examined. */
export interface SurveyedCall {
  readonly recording: Recording;
  readonly taken: AccountedRecording;
  readonly sound: Sound;
  readonly line: CallLine;
}

/** Options of a media survey. */
interface MediaSurveyOptions {
  readonly source: Source;
  readonly declarations: readonly Declaration[] | undefined;
  readonly tools: LookTools;
  /** Receives each recording after all of its files were examined. */
  readonly onSettled: (call: SurveyedCall) => void;
}

const filesAhead = 16;

/** Examines the media of recordings and counts them in order. Some files are examined ahead, because reading a header is mostly waiting. */
export class MediaSurvey {
  readonly counts = { files: 0, bytes: 0, unidentified: 0, undecodable: 0, unreadable: 0 };
  /** Recordings whose status the audio changed. */
  readonly moves = createStatusMoves();
  readonly #options: MediaSurveyOptions;
  readonly #signal: AbortSignal;
  readonly #kinds = new Map<string, { -readonly [Key in keyof AudioKind]: AudioKind[Key] }>();
  readonly #looking: Looking[] = [];

  constructor(options: MediaSurveyOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Returns the kinds of audio, most frequent first. */
  audio(): AudioKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.files - a.files || byCodePoint(a.codecName, b.codecName));
  }

  /** Begins to examine the files of a recording, and reports earlier files, as many as exceed the number examined ahead. */
  async *each(recording: Recording, listed: Listed, taken: AccountedRecording): AsyncGenerator<PipelineEvent> {
    const { source, declarations, tools } = this.#options;
    const asked = recording.media.flatMap((medium, index) => {
      const entry = mayHoldAudio(medium) ? source.entry(medium.path) : null;
      return entry === null ? [] : [{ medium, index, entry }];
    });
    const of: Surveyed = { recording, taken, files: asked.length, told: [], durationMs: null, sound: noSoundYet() };
    if (asked.length === 0) this.#settle(of);
    for (const { medium, index, entry } of asked) {
      const further = piecesAfter(recording.media, index).flatMap((at) => source.entry(recording.media[at]?.path ?? '') ?? []);
      const isBeside = medium.kind === 'pcap' && asked.length > 1;
      const file: MediumFile = { pieces: [entry, ...further], isBeside, declared: declarationOf(entry.path, declarations) };
      const look = lookAt(source, file, tools.formats, this.#signal);
      // The result is awaited later, in order; until then a rejection must not count as unhandled.
      look.catch(() => undefined);
      this.#looking.push({ look, kind: medium.kind, of });
      const first = this.#looking.length > filesAhead ? this.#looking.shift() : undefined;
      if (first !== undefined) yield* this.#tell(first, listed);
    }
  }

  /** Reports the files that are still being examined; call it after the last recording. */
  async *rest(listed: Listed): AsyncGenerator<PipelineEvent> {
    for (const one of this.#looking) yield* this.#tell(one, listed);
  }

  async *#tell({ look, kind, of }: Looking, listed: Listed): AsyncGenerator<PipelineEvent> {
    of.told.push({ kind, outcome: yield* this.#count(await look, listed, of) });
    this.#settle(of);
  }

  /** Determines the final status of a recording after all of its files were reported. */
  #settle(of: Surveyed): void {
    if (of.told.length < of.files) return;
    const { recording, taken, told, durationMs, sound } = of;
    const joined = recording.reconciliation.status;
    const outcomes = outcomesOf(told);
    const status = statusAfter(joined, outcomes);
    const sounding = hasSound(outcomes);
    this.moves.note(joined, status, taken.counted, sounding);
    const amiss = outcomes.filter((outcome) => outcome !== 'heard' && outcome !== 'silent').length;
    const reason = status === joined ? null : agree`${amiss} of ${outcomes.length} audio file[s], according to their headers`;
    const line = callLine(recording, { recordingId: null, standing: taken.standing, status, reason, durationMs, doubtful: 0, sound: sounding });
    this.#options.onSettled({ recording, taken, sound, line });
  }

  /** Counts a file and reports its faults. @returns what the file contains */
  *#count({ entry, answer, trouble, fault, silence }: ExaminedFile, listed: Listed, of: Surveyed): Generator<PipelineEvent, Outcome> {
    const { counts } = this;
    counts.files++;
    counts.bytes += entry.size;
    if (counts.files % 100 === 0) {
      const { files: done, bytes } = counts;
      yield { type: 'progress', phase: 'identifying', done, total: listed.entries, unit: 'files', bytes, bytesTotal: listed.bytes, audioMs: 0 };
    }
    if (trouble !== null) {
      counts.unreadable++;
      yield findingEvent(finding('P143', entry.path, trouble));
      return 'unreadable';
    }
    if (answer === null) {
      const empty = entry.size === 0;
      if (!empty) counts.unidentified++;
      yield findingEvent(
        fault ?? finding(empty ? 'P141' : 'P140', entry.path, empty ? 'is empty' : agree`no format recognises its ${entry.size} byte[s]`),
      );
      return empty ? 'empty' : 'unreadable';
    }
    for (const found of answer.findings) yield findingEvent(found);
    const lengthMs = addSound(of.sound, answer, this.#options.tools);
    if (lengthMs !== null) of.durationMs = Math.max(of.durationMs ?? 0, lengthMs);
    const { isHeard, isClosed } = yield* this.#countTracks(entry, answer);
    if (isHeard && silence !== null) {
      yield findingEvent(payloadFinding(entry.path, silence));
      return 'silent';
    }
    if (isHeard) return 'heard';
    if (isClosed) return 'closed';
    const isEmpty = answer.tracks.length === 0 && (answer.state === 'header-only' || answer.state === 'ok');
    return isEmpty && !answer.findings.some(({ code }) => code === tie) ? 'empty' : 'unreadable';
  }

  /** Counts the tracks of a file. @returns whether one of them can be decoded, and whether one cannot be opened with the passwords */
  *#countTracks(entry: Entry, answer: Identification): Generator<PipelineEvent, { readonly isHeard: boolean; readonly isClosed: boolean }> {
    const { codecs, passwords } = this.#options.tools;
    // Sides of a call in packets share one timeline, so findings that they have in common are reported once.
    const told = new Set<string>();
    let isClosed = saysEncrypted(answer.findings);
    let isHeard = false;
    for (const track of answer.tracks) {
      if (track.packets !== undefined && told.has(track.codecName)) continue;
      told.add(track.codecName);
      const lock = lockOf(track, codecs.get(track.codec), passwords);
      if (lock !== null) {
        isClosed = true;
        yield findingEvent(finding(lock[0], entry.path, lock[1]));
      }
      if (countTrack(this.#kinds, { answer, track, lock: lock?.[1] ?? null, size: entry.size }, codecs)) isHeard = true;
      else this.counts.undecodable++;
    }
    return { isHeard, isClosed };
  }
}

/** A recording whose files are being examined. */
interface Surveyed {
  readonly recording: Recording;
  readonly taken: AccountedRecording;
  /** Number of its audio files. */
  readonly files: number;
  readonly told: { readonly kind: MediaRef['kind']; readonly outcome: Outcome }[];
  /** Duration of the longest file whose header states it. */
  durationMs: number | null;
  readonly sound: Sound;
}

interface Looking {
  readonly look: Promise<ExaminedFile>;
  readonly kind: MediaRef['kind'];
  readonly of: Surveyed;
}

/** A file and what was identified in it, or why it could not be read. */
interface ExaminedFile {
  readonly entry: Entry;
  readonly answer: Identification | null;
  readonly trouble: string | null;
  /** Finding about a bug in a format that failed on the file; null: none failed. */
  readonly fault: Finding | null;
  /** The one value that its whole payload repeats; null if there are several. */
  readonly silence: Uint8Array | null;
}

/** A medium of a call that is to be examined. */
interface MediumFile {
  /** Pieces of one file, in order. */
  readonly pieces: readonly [Entry, ...Entry[]];
  /** True if another file may contain the audio of its call. */
  readonly isBeside: boolean;
  /** The user's declaration; null: the formats decide. */
  readonly declared: Declaration | null;
}

/** Identifies a medium and reads what a survey needs to know about it. */
async function lookAt(
  source: Source,
  { pieces, isBeside, declared }: MediumFile,
  formats: readonly Format[],
  signal: AbortSignal,
): Promise<ExaminedFile> {
  const [entry] = pieces;
  const nothing = { entry, answer: null, trouble: null, fault: null, silence: null };
  if (entry.size === 0) return nothing;
  let letGo: (() => Promise<void>) | undefined;
  try {
    // A file in several pieces keeps none of them available: two such files could deadlock.
    if (pieces.length === 1) letGo = await source.keep?.(entry, signal);
    const reader = await source.open(entry, signal);
    const further: ByteReader[] = [];
    for (const piece of pieces.slice(1)) further.push(await source.open(piece, signal));
    const whole = joinedReader(reader, further);
    const answer = await identifyAs(whole, { name: baseName(entry.path) }, formats, declared, signal);
    const findings = answer?.findings.filter(({ code }) => !isBeside || code !== captureWithoutAudioCode) ?? [];
    if (answer === null) return nothing;
    // Compressed data would have to be unpacked first.
    const silence = answer.packed === undefined ? await payloadUnit(whole, answer.tracks, signal) : null;
    return { ...nothing, answer: { ...answer, findings }, silence };
  } catch (error) {
    if (isUnreadable(error)) return { ...nothing, trouble: error.message };
    if (signal.aborted || !isFault(error)) throw error;
    return { ...nothing, fault: identificationStopped(error, entry.path) };
  } finally {
    await letGo?.();
  }
}

/** A track of an identified file. */
interface TrackOfFile {
  readonly answer: Identification;
  readonly track: Track;
  /** Why it cannot be opened with the given passwords; null if it can. */
  readonly lock: string | null;
  /** Size of the file in bytes. */
  readonly size: number;
}

/** Adds a track to its kind; returns false if it has no decoder. */
function countTrack(
  kinds: Map<string, { -readonly [Key in keyof AudioKind]: AudioKind[Key] }>,
  { answer: { format }, track, lock, size }: TrackOfFile,
  codecs: ReadonlyMap<string, Codec>,
): boolean {
  const codec = codecs.get(track.codec);
  const reason = lock ?? whyUndecodable(track, codec);
  const decodedBy = reason !== null || codec === undefined ? 'nobody' : codec.decode.by;
  const key = `${format}\n${track.codec}\n${track.codecName}\n${reason ?? ''}`;
  let kind = kinds.get(key);
  if (kind === undefined) {
    kind = {
      format,
      codec: track.codec,
      codecName: track.codecName,
      files: 0,
      bytes: 0,
      audioMs: 0,
      lengthUnknown: 0,
      decodedBy,
      reason,
    };
    kinds.set(key, kind);
  }
  kind.files++;
  kind.bytes += size;
  const frames = beyondBounds(track, codec) === null ? lengthOf(track, codec) : null;
  if (frames === null) kind.lengthUnknown++;
  else kind.audioMs += (frames / track.sampleRateHz) * 1_000;
  return decodedBy !== 'nobody';
}
