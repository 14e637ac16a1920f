import { rmSync } from 'node:fs';
import { agree } from '../core/base/agree.ts';
import { errorText, faultText, isFault, isResourceShortage, LongplayError } from '../core/base/error.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { findingTable } from '../core/findings/finding-table.ts';
import type { Identification, Samples } from '../core/model/format.ts';
import type { Measurement } from '../core/model/measurement.ts';
import { alreadyOpusReason, sealedEnding } from '../core/model/recording-document.ts';
import { isSilent, oneValueCode } from '../core/model/sound.ts';
import { codedBytesOf } from './bytes/coded-bytes.ts';
import { type MediumBytes, metered, openMedium, withFurther } from './bytes/medium-bytes.ts';
import { soundingBytes } from './bytes/sounding-bytes.ts';
import { removeAccessCopies } from './copy/access-copy.ts';
import { type Copying, copyTo, failedComparison, type MadeCopy, noCopy } from './copy/make-copy.ts';
import { type Damage, damageOf } from './damage/damage.ts';
import { lossOf } from './damage/loss.ts';
import type { NoiseRun } from './damage/noise.ts';
import { identificationStopped, identifyAs } from './declared-medium.ts';
import { decodeMedium, playable, togetherFor } from './decode/decode-medium.ts';
import { isOpenAlready, type Playable, type Unplayable } from './decode/playable.ts';
import { secondOpinion, wantsSecondOpinion } from './decode/second-opinion.ts';
import type { PacketsRead } from './ffmpeg/packets.ts';
import { gradeOf, tie } from './identify/identify-medium.ts';
import { keepOriginal, originalExtension } from './keep-original.ts';
import { createMeasure } from './measure/measure.ts';
import { createConstancy, payloadFinding, payloadUnit, samplesFinding } from './measure/one-value.ts';
import { createLateListener, type Listen } from './measure/sample-digest.ts';
import { createPlausibility } from './plausible.ts';
import type { MediaTools, MediumResult, MediumTask } from './tools/types.ts';

/**
 * Processes one medium completely: identifies it, keeps its bytes, decodes and measures it, makes the access copy and verifies the copy by decoding it. Faults
 * of the bytes give findings, and the original is kept even so. If the function throws, unfinished files are deleted. It reads and writes synchronously, so it
 * runs in a worker thread.
 *
 * If `tools.formats` is empty, the bytes are kept without being examined (a transcript, a screen recording). Of a split file the first part is kept, and
 * everything else is done with all parts together.
 * @throws LongplayError `M110` if the original cannot be read or has changed, `M161` if FFmpeg is killed, `M163` if memory runs out (this recording only),
 * `M111` if the target refuses, others if a tool is missing; the signal's reason
 */
export async function processMedium(task: MediumTask, tools: MediaTools, signal: AbortSignal): Promise<MediumResult> {
  try {
    return await processed(task, tools, signal);
  } catch (error) {
    if (!isResourceShortage(error)) throw error;
    throw new LongplayError(
      'incomplete',
      'M163',
      `memory ran out: ${errorText(error)}`,
      'provide more memory or use fewer --jobs, then run again',
      error,
    );
  }
}

/** The work on one medium: its task, its bytes and its tools. */
interface MediumWork {
  readonly task: MediumTask;
  /** Identification; null if no format recognises the medium. */
  readonly answer: Identification | null;
  /** The bytes that contain the audio, in decoding order. */
  readonly bytes: MediumBytes;
  readonly tools: MediaTools;
}

/** The work on a decodable medium. */
interface PlayableWork extends MediumWork {
  readonly answer: Identification;
  readonly play: Playable;
}

async function processed(task: MediumTask, tools: MediaTools, signal: AbortSignal): Promise<MediumResult> {
  signal.throwIfAborted();
  const own = openMedium(task.location, task.place);
  let bytes = own;
  try {
    bytes = withFurther(own, task.further ?? [], task.place);
    const identified = await identify(task, bytes, tools, signal);
    const { answer } = identified;
    const ending = originalExtension(task.name, tools.formats.find((format) => format.id === answer?.format)?.extensions[0]);
    const path = task.originalBase === null ? null : task.originalBase + ending;
    const original = await keepOriginal(own, path, task.name, signal, tools.sealer);
    const sound = await orDelete(path, async () => {
      const result = await orFault(task, signal, async () => {
        const work = { task, answer, bytes: metered(soundingBytes(bytes, answer), bytes.size, tools.meter), tools };
        const judged = await withPayload(work, await soundOf(work, signal), signal);
        return await withSecondOpinion(work, judged, original.sha256, signal);
      });
      bytes.assertUnchanged();
      return result;
    });
    const isTie = answer?.findings.some(({ code }) => code === tie) === true;
    return {
      original,
      format: isTie ? null : (answer?.format ?? null),
      pronom: isTie ? null : pronomOf(answer, tools.formats),
      formatGrade: gradeOf(answer?.format ?? null, tools.formats),
      confidence: isTie ? null : (answer?.confidence ?? null),
      basis: identified.basis,
      ...sound,
      findings: [...identified.findings, ...(answer?.findings ?? []), ...sound.findings],
    };
  } finally {
    bytes.close();
  }
}

/** Returns the PRONOM id of the file itself, else that of its format. */
function pronomOf(answer: Identification | null, formats: MediaTools['formats']): string | null {
  const [only, ...others] = formats.find(({ id }) => id === answer?.format)?.pronom ?? [];
  return answer?.pronom ?? (others.length === 0 ? (only ?? null) : null);
}

/** Codes of findings that call for a second decoder. Damage in the middle is not among them, because it does not depend on the decoder. */
const suspects = ['M126', 'M160'];

/** Compares the beginning with another decoder's result, for one original in many and for all doubtful ones. */
async function withSecondOpinion({ task, answer, bytes, tools }: MediumWork, sound: Sound, sha256: string, signal: AbortSignal): Promise<Sound> {
  const doubts = sound.doubts ?? [];
  const isSuspect =
    answer?.findings.some(({ code }) => findingTable.get(code)?.doubtful === true) === true ||
    sound.findings.some(({ code }) => suspects.includes(code) || findingTable.get(code)?.severity === 'error');
  const track = answer?.tracks.length === 1 ? answer.tracks[0] : undefined;
  if (track === undefined || sound.measurement === null || !wantsSecondOpinion(sha256, isSuspect)) return sound;
  const asked = { ffmpeg: tools.ffmpeg, together: togetherFor(bytes, tools) };
  let opinion: string | null;
  try {
    opinion = await secondOpinion(track, tools.codecs.get(track.codec), bytes, asked, signal);
  } catch (error) {
    if (signal.aborted || !isFault(error)) throw error;
    // The copy was made and verified, but without a second opinion it is doubtful.
    const message = `while a second decoder was tried: ${faultText(error)}`;
    return { ...sound, doubts: [...doubts, message], findings: [...sound.findings, finding('M141', task.place, message)] };
  }
  if (opinion === null) return sound;
  return { ...sound, doubts: [...doubts, opinion], findings: [...sound.findings, finding('M127', task.place, opinion)] };
}

/** Adds a finding if the coded bytes of decoded audio have one value from end to end: an empty template, or a file that was created and never written. */
async function withPayload({ task, answer, bytes }: MediumWork, sound: Sound, signal: AbortSignal): Promise<Sound> {
  const { measurement, findings } = sound;
  if (answer === null || measurement === null || isSilent(measurement) || findings.some(({ code }) => code === oneValueCode)) return sound;
  const value = await payloadUnit(bytes.reader, answer.tracks, signal);
  return value === null ? sound : { ...sound, findings: [...findings, payloadFinding(task.place, value)] };
}

/** Runs work; if it fails, deletes its folder or file, because a second attempt must find the place as it was. */
async function orDelete<Result>(path: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (path !== null) for (const name of [path, path + sealedEnding]) rmSync(name, { force: true });
    throw error;
  }
}

/** Runs work; a bug on one file loses only the audio of that file. The original is kept, and other files are processed. */
async function orFault(task: MediumTask, signal: AbortSignal, work: () => Promise<Sound>): Promise<Sound> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !isFault(error)) throw error;
    if (task.accessBase !== null) removeAccessCopies(task.accessBase);
    const findings = [finding('M141', task.place, faultText(error))];
    const nothing = { codec: null, decoder: null, measurement: null, doubts: [], access: null };
    return { ...nothing, state: 'undecodable', accessReason: 'internal error', findings };
  }
}

interface Identified {
  readonly answer: Identification | null;
  readonly basis: string;
  readonly findings: readonly Finding[];
}

async function identify(task: MediumTask, bytes: MediumBytes, tools: MediaTools, signal: AbortSignal): Promise<Identified> {
  const none = (basis: string, ...findings: Finding[]): Identified => ({ answer: null, basis, findings });
  if (tools.formats.length === 0) return none('not asked');
  if (bytes.size === 0) return none('0 bytes', finding('M112', task.place, 'the file has 0 bytes'));
  try {
    const answer = await identifyAs(
      bytes.reader,
      { name: task.name, durationMs: task.durationMs ?? null },
      tools.formats,
      task.declared ?? null,
      signal,
    );
    if (answer !== null) return { answer, basis: answer.basis, findings: [] };
    return none(
      'no format recognises it',
      finding('M105', task.place, agree`none of ${tools.formats.length} format[s] recognises these ${bytes.size} byte[s]`),
    );
  } catch (error) {
    // An error in identifying one file must not lose its bytes.
    if (error instanceof LongplayError || isResourceShortage(error) || signal.aborted) throw error;
    return none('a format failed', identificationStopped(error, task.place));
  }
}

type Sound = Pick<MediumResult, 'state' | 'codec' | 'decoder' | 'measurement' | 'doubts' | 'access' | 'accessReason' | 'findings'>;

/** Decodes a medium if possible, makes its access copy, and reports faults of the audio. */
async function soundOf({ task, answer, bytes, tools }: MediumWork, signal: AbortSignal): Promise<Sound> {
  const silent = { codec: null, decoder: null, measurement: null, doubts: [], access: null };
  if (answer === null) {
    const reason = bytes.size === 0 ? 'no samples' : 'unknown format';
    return { ...silent, state: bytes.size === 0 ? 'header-only' : 'unknown', accessReason: reason, findings: [] };
  }
  const play = playable(answer, tools, task.place);
  const codec = codecOf(answer, play);
  if ('reason' in play) {
    return { ...silent, codec, state: play.state, accessReason: play.reason, findings: play.findings };
  }
  const work: PlayableWork = { task, answer, bytes, tools, play };
  const first = await listen(work, signal);
  const { decoder, whole, measurement } = first;
  // If decoding stopped early, the times of bytes are unknown, and the fault has already been reported.
  const isWhole = measurement !== null && whole;
  // Noise that is most of the audio has already been reported.
  const noise = first.findings.some(({ code }) => code === 'M126') ? [] : first.noise;
  const damage: Damage = isWhole ? await damageOf(task, { ...first, play, bytes, answer, measurement, noise }, signal) : { findings: [], doubts: [] };
  const losses =
    measurement === null
      ? []
      : lossOf({ ...first, answer, play, bytes, frames: measurement.samples, durationMs: task.durationMs ?? null }, task.place);
  const stated = answer.findings.flatMap(({ code, message }) => (findingTable.get(code)?.doubtful === true ? [message] : []));
  const doubts = measurement === null ? first.doubts : [...stated, ...first.doubts, ...damage.doubts, ...losses.map(({ message }) => message)];
  const { access, accessReason, findings } =
    first.accessReason === failedComparison && task.access.format === 'opus' ? await asWav(first, work, signal) : first;
  const state = measurement === null && answer.state === 'ok' ? 'undecodable' : whole ? answer.state : 'damaged';
  return {
    codec,
    decoder,
    measurement,
    doubts,
    access,
    accessReason,
    state,
    findings: [...play.findings, ...findings, ...damage.findings, ...losses],
  };
}

/** Makes a WAV copy instead of an Opus copy, because noise may exceed what the bitrate can represent, and a call must not be left without a copy. */
async function asWav(opus: Heard, work: PlayableWork, signal: AbortSignal): Promise<MadeCopy> {
  const { task } = work;
  const wav = await listen({ ...work, task: { ...task, access: { ...task.access, format: 'wav' } } }, signal);
  if (wav.access === null) return { ...opus, findings: [...opus.findings, ...wav.findings] };
  return { access: wav.access, accessReason: null, findings: [...opus.findings, finding('M125', task.place, 'a WAV copy was made instead')] };
}

function codecOf(answer: Identification, play: Playable | Unplayable): MediumResult['codec'] {
  const [track] = answer.tracks;
  if (track === undefined) return null;
  const { codec: id, bitsPerSample, blockBytes } = track;
  // The sides of a call may have several codecs. The higher rate is that of the medium.
  const names = new Set((track.packets === undefined ? [track] : answer.tracks).map(({ codecName }) => codecName));
  const { sampleRateHz, channels } =
    'reason' in play || track.packets === undefined ? { ...track, channels: 'reason' in play ? track.channels : play.channels } : play;
  return { id, name: [...names].join('; '), sampleRateHz, channels, bitsPerSample, blockBytes };
}

interface Heard extends MadeCopy {
  readonly decoder: string;
  readonly whole: boolean;
  readonly spannedFrames: number | null;
  readonly droppedBytes: number;
  readonly packets: PacketsRead | null;
  readonly measurement: Measurement | null;
  readonly quietFrames: number;
  readonly noise: readonly NoiseRun[];
  readonly doubts: readonly string[];
}

/** Measures samples and counts the quiet frames at the end. */
const measureToTheEnd: Listen<{ readonly measurement: Measurement; readonly quietFrames: number }> = (...kind) => {
  const measure = createMeasure(...kind);
  return {
    push: (samples) => measure.push(samples),
    finish: () => ({ measurement: measure.finish(), quietFrames: measure.quietFrames }),
  };
};

const judgePlausibility: Listen<{ readonly implausible: readonly string[]; readonly noise: readonly NoiseRun[] }> = (...kind) => {
  const plausibility = createPlausibility(...kind);
  return {
    push: (samples) => plausibility.push(samples),
    finish: () => ({ implausible: plausibility.finish(), noise: plausibility.noise }),
  };
};

/** Decodes a medium once. Each chunk of samples is measured, encoded and verified at the same time. */
async function listen(work: PlayableWork, signal: AbortSignal): Promise<Heard> {
  const { task, play, bytes, tools } = work;
  const { sampleRateHz, channels } = play;
  const copy = createCopy(work, signal);
  const measure = createLateListener(measureToTheEnd, sampleRateHz, channels);
  const plausibility = createLateListener(judgePlausibility, sampleRateHz, channels);
  const constancy = createLateListener(createConstancy, sampleRateHz, channels);
  try {
    // If FFmpeg encodes, its process is already waiting for samples, so no process can be shared.
    const together = tools.opus === null ? undefined : togetherFor(bytes, tools);
    const hear = async (samples: Samples): Promise<void> => {
      if (samples.length === 0) return;
      measure.push(samples);
      plausibility.push(samples);
      constancy.push(samples);
      await copy.push(samples);
    };
    const decoded = await decodeMedium(play, { bytes, place: task.place, together }, hear, signal);
    const { measurement, quietFrames } = measure.finish() ?? { measurement: null, quietFrames: 0 };
    const { implausible, noise } = plausibility.finish() ?? { implausible: [], noise: [] };
    const doubtful = implausible.map((doubt) => finding('M126', task.place, doubt));
    // After an error of the decoder, the audio is doubtful.
    const failures = decoded.findings.filter(({ code }) => measurement !== null && findingTable.get(code)?.severity === 'error');
    const doubts = [...failures.map(({ message }) => message), ...implausible];
    const findings = [
      ...decoded.findings,
      ...soundFindings(measurement, decoded.whole, constancy.finish() === true, refusedBytes(play), task.place),
      ...doubtful,
    ];
    const made = await copy.finish();
    return {
      decoder: decoded.decoder,
      whole: decoded.whole,
      spannedFrames: decoded.spannedFrames,
      droppedBytes: decoded.droppedBytes,
      packets: decoded.packets,
      measurement,
      quietFrames,
      noise,
      doubts,
      ...made,
      findings: [...findings, ...made.findings],
    };
  } catch (error) {
    copy.discard();
    throw error;
  }
}

/** Size below which a container may be only a header: one of RealMedia has 267 bytes (FFmpeg 7.1). Formats recognise their own longer headers. */
const fewestRefused = 512;

/**
 * Returns the number of coded bytes from which a decoder should have made samples: all of them if they are more than a bare header, or if FFmpeg received only
 * the codec's own bytes.
 */
function refusedBytes({ parts }: Playable): number {
  const bytes = parts.reduce((sum, { track }) => sum + codedBytesOf(track), 0);
  return bytes >= fewestRefused || parts.every(({ codec }) => codec.ffmpeg !== null && codec.codec.needsContainer !== true) ? bytes : 0;
}

function soundFindings(measurement: Measurement | null, whole: boolean, isConstant: boolean, refused: number, place: string): Finding[] {
  if (measurement === null && whole && refused > 0) return [finding('M135', place, `the decoder makes no sample from ${refused} coded bytes`)];
  if (measurement === null) return whole ? [finding('M120', place, 'the coded audio decodes to 0 samples')] : [];
  const constant = isConstant && !isSilent(measurement) ? [samplesFinding(place, measurement.samples)] : [];
  if (measurement.levels.some((level) => level.silentShare < 1)) return constant;
  return [finding('M121', place, agree`${measurement.samples} sample[s], none of them in a section of 20 ms above −60 dBFS`), ...constant];
}

function createCopy({ task, play, tools }: PlayableWork, signal: AbortSignal): Copying {
  const isOpen = play.parts.some(({ track }) => isOpenAlready(track));
  if (isOpen || task.accessBase === null) return noCopy(isOpen ? alreadyOpusReason : 'not wanted');
  return copyTo(task.accessBase, task, play, tools, signal);
}
