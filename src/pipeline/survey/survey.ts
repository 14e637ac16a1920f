import { type ByteReader, joinedReader } from '../../core/base/bytes.ts';
import { isFault } from '../../core/base/error.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import type { Codec, Format, Identification, Track } from '../../core/model/format.ts';
import type { Importer } from '../../core/model/importer.ts';
import { isAsked, noSound, piecesAfter } from '../../core/model/pieces.ts';
import type { MediaRef, Recording } from '../../core/model/recording.ts';
import { hasSound, type Outcome, outcomesOf, saysClosed } from '../../core/model/sound.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import { lengthOf } from '../../core/model/track-length.ts';
import { identificationStopped, identifyAs } from '../../media/declared-medium.ts';
import { lockOf, whyUndecodable } from '../../media/decode/usable-codec.ts';
import { tie } from '../../media/identify/identify-medium.ts';
import { payloadFinding, payloadUnit } from '../../media/measure/one-value.ts';
import { type CallLine, callLine } from '../../report/calls/call-line.ts';
import { type Coverage, coverageOf, type PeriodCount, periods } from '../../report/calls/coverage.ts';
import { type SilentMark, silentMarks, silentRule } from '../../report/calls/silent-marks.ts';
import { type CallNumbers, createTally } from '../../report/calls/tally.ts';
import { openLedger } from '../../store/jobs/ledger.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { type Claims, findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { createImportWork } from '../make/import-work.ts';
import type { Taken } from '../read/account.ts';
import { audioAlarms } from '../read/expected-audio.ts';
import { openSources } from '../read/open-sources.ts';
import { type Listed, listSource, readParts } from '../read/read-source.ts';
import { statusAfter } from '../read/settle-status.ts';
import { addSound, noSoundYet, type Sound } from '../read/sound.ts';
import { followSource } from '../read/source-notes.ts';
import { createStatusMoves } from '../read/status-moves.ts';
import { weighClaims } from '../read/weigh-claims.ts';
import { type ForecastTools, forecastImport, type ImportForecast } from './forecast-import.ts';

/** One kind of audio in the source. */
export interface AudioKind {
  readonly format: string;
  readonly codec: string;
  readonly codecName: string;
  readonly files: number;
  readonly bytes: number;
  /** Of the files whose length their headers tell. */
  readonly audioMs: number;
  readonly lengthUnknown: number;
  readonly decodedBy: 'us' | 'ffmpeg' | 'nobody';
  readonly reason: string | null;
}

/** What a source holds. */
export interface SurveyOutcome {
  readonly decided: true;
  readonly claims: readonly Claims[];
  readonly reconciliation: Reconciliation;
  /** Sums over its recordings, and their days. */
  readonly calls: CallNumbers;
  readonly coverage: Coverage;
  readonly years: readonly PeriodCount[];
  readonly silent: readonly SilentMark[];
  /** By which rule those are silent, in words. */
  readonly silentRule: string;
  /** Null where it was not asked for. */
  readonly forecast: ImportForecast | null;
  readonly listed: Listed;
  readonly audio: readonly AudioKind[];
  readonly unidentified: number;
  readonly undecodable: number;
  readonly unreadable: number;
}

/** A source whose user must say first which importer takes it: nothing of it was read. */
export interface UndecidedSurvey {
  readonly decided: false;
  readonly claims: readonly Claims[];
  readonly listed: Listed;
}

/** What a survey works with. */
export interface SurveyTools {
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** As `MediaTools.passwords`. */
  readonly passwords?: readonly Uint8Array[];
  readonly temporary: string;
  /** The clock, epoch ms. */
  readonly clockMs: () => number;
  /** Percent of the calls that must have audio; null or absent: some. */
  readonly expectAudio?: number | null;
  /** Takes the line of each recording once its files were looked at. */
  readonly onCall?: (line: CallLine) => void;
  /** What an import would need is told, and tried. */
  readonly forecast?: ForecastTools;
}

/**
 * Looks at a source and writes nothing: families, codecs, hours, joins, times, what cannot be decoded, what an import would need. Where
 * its user must choose an importer first, it says so and reads nothing.
 */
export async function* survey(
  request: Pick<JobRequest, 'sources' | 'site' | 'importer' | 'zone' | 'encoding' | 'mapping' | 'declarations' | 'joinSources'>,
  tools: SurveyTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SurveyOutcome | UndecidedSurvey> {
  const began = tools.forecast?.clock() ?? 0;
  await using opened = await openSources(request.sources, tools.temporary, signal);
  const { source, scratch } = opened;
  const ledger = openLedger(scratch);
  try {
    const notes = followSource(source);
    const listed = yield* listSource(source, ledger, notes, signal);
    const { claims, parts } = await weighClaims(opened, request, tools, signal);
    yield* claims;
    if (parts === null) return { decided: false, claims, listed };
    const tally = createTally();
    const work = createImportWork();
    const kinds = new Map<string, { -readonly [Key in keyof AudioKind]: AudioKind[Key] }>();
    const counts = { files: 0, bytes: 0, unidentified: 0, undecodable: 0, unreadable: 0 };
    const moves = createStatusMoves();
    const note = function* ({ entry, answer, trouble, fault, silence }: Looked, listed: Listed, of: Surveyed): Generator<PipelineEvent, Outcome> {
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
        yield findingEvent(fault ?? finding(empty ? 'P141' : 'P140', entry.path, empty ? 'is empty' : `no format knows its ${entry.size} bytes`));
        return empty ? 'empty' : 'unreadable';
      }
      for (const found of answer.findings) yield findingEvent(found);
      // Sides of a call in packets lie on one time line: what they share counts once.
      const told = new Set<string>();
      let isClosed = saysClosed(answer.findings);
      let isHeard = false;
      const lengthMs = addSound(of.sound, answer, tools);
      if (lengthMs !== null) of.durationMs = Math.max(of.durationMs ?? 0, lengthMs);
      for (const track of answer.tracks) {
        if (track.packets !== undefined && told.has(track.codecName)) continue;
        told.add(track.codecName);
        const lock = lockOf(track, tools.codecs.get(track.codec), tools.passwords);
        if (lock !== null) {
          isClosed = true;
          yield findingEvent(finding(lock[0], entry.path, lock[1]));
        }
        if (countTrack(kinds, answer, track, tools.codecs, lock?.[1] ?? null, entry.size)) isHeard = true;
        else counts.undecodable++;
      }
      if (isHeard && silence !== null) {
        yield findingEvent(payloadFinding(entry.path, silence));
        return 'silent';
      }
      if (isHeard) return 'heard';
      if (isClosed) return 'closed';
      const isEmpty = answer.tracks.length === 0 && (answer.state === 'header-only' || answer.state === 'ok');
      return isEmpty && !answer.findings.some(({ code }) => code === tie) ? 'empty' : 'unreadable';
    };
    // Looked at ahead, told in order: reading a header is mostly waiting.
    const looking: Looking[] = [];
    const tell = async function* ({ look, kind, of }: Looking, listed: Listed): AsyncGenerator<PipelineEvent> {
      of.told.push({ kind, outcome: yield* note(await look, listed, of) });
      settle(of);
    };
    const settle = (of: Surveyed): void => {
      if (of.told.length < of.files) return;
      const { recording, taken, told, durationMs, sound } = of;
      const joined = recording.reconciliation.status;
      const outcomes = outcomesOf(told);
      const status = statusAfter(joined, outcomes);
      const sounding = hasSound(outcomes);
      moves.note(joined, status, taken.counted, sounding);
      const amiss = outcomes.filter((outcome) => outcome !== 'heard' && outcome !== 'silent').length;
      const reason = status === joined ? null : `${amiss} of ${outcomes.length} audio files, by what their headers say`;
      const line = callLine(recording, { recordingId: null, standing: taken.standing, status, reason, durationMs, doubtful: 0, sound: sounding });
      tally.take(line);
      tools.onCall?.(line);
      if (tools.forecast !== undefined) work.take(recording, taken, sound, bytesOf(recording, source));
    };
    const each = async function* (recording: Recording, listed: Listed, taken: Taken): AsyncGenerator<PipelineEvent> {
      const asked = recording.media.flatMap((medium, index) => {
        const entry = isAsked(medium) ? source.entry(medium.path) : null;
        return entry === null ? [] : [{ medium, index, entry }];
      });
      const of: Surveyed = { recording, taken, files: asked.length, told: [], durationMs: null, sound: noSoundYet() };
      if (asked.length === 0) settle(of);
      for (const { medium, index, entry } of asked) {
        const further = piecesAfter(recording.media, index).flatMap((at) => source.entry(recording.media[at]?.path ?? '') ?? []);
        const beside = medium.kind === 'pcap' && asked.length > 1;
        const look = lookAt(source, [entry, ...further], beside, tools.formats, declarationOf(entry.path, request.declarations), signal);
        // Awaited in order; until then a failure must not count as unhandled.
        look.catch(() => undefined);
        looking.push({ look, kind: medium.kind, of });
        const first = looking.length > filesAhead ? looking.shift() : undefined;
        if (first !== undefined) yield* tell(first, listed);
      }
    };
    const reading = { importers: tools.importers, media: tools.media, salt: 'survey', known: () => null, clockMs: tools.clockMs(), each };
    const { reconciliation: joined } = yield* readParts(opened, ledger, request, reading, notes, { listed, parts }, signal);
    for (const one of looking) yield* tell(one, listed);
    for (const found of notes.take()) yield findingEvent(found);
    const reconciliation = moves.applied(joined);
    for (const found of audioAlarms(reconciliation, tools.expectAudio ?? null)) yield findingEvent(found);
    yield reconciliation;
    const audio = [...kinds.values()].sort((a, b) => b.files - a.files || byCodePoint(a.codecName, b.codecName));
    const { unidentified, undecodable, unreadable } = counts;
    const calls = tally.numbers();
    const days = tally.days();
    const silent = silentMarks(days, { marks: calls.marks, quiet: tally.quiet() });
    const forecast = tools.forecast === undefined ? null : yield* forecastImport(opened, work.kinds(), request, tools.forecast, began, signal);
    const sums = { audio, unidentified, undecodable, unreadable: unreadable + notes.unread };
    return {
      decided: true,
      claims,
      reconciliation,
      listed,
      calls,
      coverage: coverageOf(days),
      years: periods(days, 'year'),
      silent,
      silentRule,
      forecast,
      ...sums,
    };
  } finally {
    ledger.close();
  }
}

const filesAhead = 16;

/** A recording while its files are looked at. */
interface Surveyed {
  readonly recording: Recording;
  readonly taken: Taken;
  /** Audio files of it. */
  readonly files: number;
  readonly told: { readonly kind: MediaRef['kind']; readonly outcome: Outcome }[];
  /** Of the longest file whose length its header tells. */
  durationMs: number | null;
  readonly sound: Sound;
}

interface Looking {
  readonly look: Promise<Looked>;
  readonly kind: MediaRef['kind'];
  readonly of: Surveyed;
}

/** A file and what it is, or why it could not be read. */
interface Looked {
  readonly entry: Entry;
  readonly answer: Identification | null;
  readonly trouble: string | null;
  /** Where a format failed on it with a bug. */
  readonly fault: Finding | null;
  /** The one byte of which its whole payload consists; null where there are several. */
  readonly silence: Uint8Array | null;
}

/** @param pieces of one file, in order. @param isBeside something else may hold the sound of its call. */
async function lookAt(
  source: Source,
  pieces: readonly [Entry, ...Entry[]],
  isBeside: boolean,
  formats: readonly Format[],
  declared: Declaration | null,
  signal: AbortSignal,
): Promise<Looked> {
  const [entry] = pieces;
  const nothing = { entry, answer: null, trouble: null, fault: null, silence: null };
  if (entry.size === 0) return nothing;
  let letGo: (() => Promise<void>) | undefined;
  try {
    // One that needs others beside it keeps none: two such could wait for each other.
    if (pieces.length === 1) letGo = await source.keep?.(entry, signal);
    const reader = await source.open(entry, signal);
    const further: ByteReader[] = [];
    for (const piece of pieces.slice(1)) further.push(await source.open(piece, signal));
    const whole = joinedReader(reader, further);
    const answer = await identifyAs(whole, { name: baseName(entry.path) }, formats, declared, signal);
    const findings = answer?.findings.filter(({ code }) => !isBeside || code !== noSound) ?? [];
    if (answer === null) return nothing;
    // What is packed would have to be unpacked for it.
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

/** Bytes of originals that an import keeps for a recording; a file that several name it keeps with each. */
function bytesOf({ media }: Recording, source: Source): number {
  return media.reduce((sum, { path }) => sum + (source.entry(path)?.size ?? 0), 0);
}

/** Adds a track to its kind; false where nobody can decode it. */
function countTrack(
  kinds: Map<string, { -readonly [Key in keyof AudioKind]: AudioKind[Key] }>,
  { format }: Identification,
  track: Track,
  codecs: ReadonlyMap<string, Codec>,
  lock: string | null,
  size: number,
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
