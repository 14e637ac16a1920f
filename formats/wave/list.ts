import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { addSpan, frameWindow } from '../frames/frame-window.ts';
import { framesIn } from '../list/known-codec.ts';
import { isSizeMark, isWaveList, type RiffWalk } from '../riff/riff.ts';

/** Silence stated in a wave list: `frames` samples per channel, between the audio before and after the offset `at` of the file. */
export interface StatedSilence {
  readonly at: number;
  readonly frames: number;
}

/** Content of the wave lists of a file. */
export interface WaveList {
  readonly spans: Track['spans'];
  /** Silences in the order of the file. */
  readonly silences: readonly StatedSilence[];
  readonly state: Identification['state'];
  readonly findings: readonly Finding[];
}

/**
 * Reads the lists of type `wavl`: data chunks, and between them slnt chunks that hold only a uint32, the number of samples of silence (Multimedia Programming
 * Interface and Data Specifications 1.0, Waveform Audio File Format). Returns null if the file has none.
 */
export async function readWaveList(bytes: ByteReader, walk: RiffWalk, signal: AbortSignal): Promise<WaveList | null> {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const window = frameWindow(bytes, signal);
  const spans: [number, number][] = [];
  const silences: StatedSilence[] = [];
  let state: WaveList['state'] = 'ok';
  let lists = 0;
  let parts = 0;
  let unpadded = 0;
  for (const list of walk.chunks) {
    if (!(await isWaveList(bytes, list, signal))) continue;
    lists++;
    const there = bytes.size - list.start;
    if (list.declared === 0 || (list.declared > there && isSizeMark(list.declared))) {
      tell('F101', agree`the wave list states ${list.declared} byte[s]; its parts up to the end are used`);
      if (list.declared === 0) state = 'damaged';
    } else if (list.declared > there) {
      tell('F103', agree`the wave list states ${list.declared} byte[s], but ${there} [is|are] present`);
      state = 'truncated';
    }
    const end = list.declared === 0 ? bytes.size : Math.min(bytes.size, list.start + list.declared);
    let at = list.start + 4;
    for (; at + 8 <= end && parts < limits.trackStretches; parts++) {
      const head = window.peek(at, 12) ?? (await window.read(at, 12));
      const part = walk.layout.header(head, 0);
      if (part === null) break;
      const { id, size } = part;
      const start = at + 8;
      if (id === 'slnt' && start + 4 <= end && head.length === 12 && size >= 4)
        silences.push({ at, frames: new Cursor(head, 8, walk.layout.endian).u32('samples of silence') });
      else if (id === 'data' && Math.min(end, start + size) > start) spans.push([start, Math.min(end, start + size)]);
      if (start + size > end) {
        if (state === 'ok') {
          tell('F102', agree`the ${id} chunk at ${at} of the wave list states ${size} byte[s], but the list ends after ${end - start}`);
          state = 'damaged';
        }
        at = end;
        break;
      }
      at = start + size;
      if (size % 2 === 0 || at === end) continue;
      // Recorders omit the pad byte here as they do outside of lists.
      const behind = window.peek(at, 9) ?? (await window.read(at, 9));
      if (walk.layout.header(behind, 1) === null && walk.layout.header(behind, 0) !== null) unpadded++;
      else at++;
    }
    // The header of a part may be cut off.
    if (at + (state === 'truncated' ? 8 : 1) <= end) {
      const why = parts < limits.trackStretches ? 'belong to no chunk' : agree`follow ${parts} part[s], more than the limit`;
      tell('F111', agree`${end - at} byte[s] at the end of the wave list ${why}; [it is|they are] not read as audio`);
      if (state === 'ok') state = 'damaged';
    }
  }
  if (unpadded > 0) tell('F107', agree`${unpadded} chunk[s] of odd size in the wave list [has|have] no pad byte`);
  if (lists > 0 && spans.length === 0) {
    tell('F110', agree`a wave list of ${silences.length} stretch[|es] of silence and no sound`);
    state = 'header-only';
  }
  return lists === 0 ? null : { spans, silences, state, findings };
}

/**
 * Places stated silence on the timeline of a track, as zeros, although a device would hold the last sample. Reports what is inserted (F300), impossible lengths
 * (F223), and codings in which only decoding could count the samples before each stretch (F109).
 */
export function placeSilences(
  track: Track,
  stated: readonly StatedSilence[],
  place: string,
): { readonly silences: NonNullable<Track['silences']>; readonly findings: readonly Finding[] } {
  const total = stated.reduce((sum, { frames }) => sum + frames, 0);
  if (total === 0 || track.codec === 'unknown') return { silences: [], findings: [] };
  const most = Math.floor(Math.min(limits.timeLineSeconds * track.sampleRateHz, limits.silenceSamples / track.channels));
  const silences: [number, number][] = [];
  let made = 0;
  let span = 0;
  let soundBytes = 0;
  for (const { at, frames } of stated) {
    for (; (track.spans[span]?.[0] ?? at) < at; span++) soundBytes += (track.spans[span]?.[1] ?? 0) - (track.spans[span]?.[0] ?? 0);
    // After the last audio, silence comes last, even if an incomplete block yields fewer samples than a complete one.
    const before = framesIn(track, span < track.spans.length ? soundBytes : soundBytes + (track.blockBytes ?? 1) - 1);
    if (before === null) {
      const message = agree`${stated.length} stretch[|es] with ${total} sample[s] of silence in a coding whose samples can only be counted by decoding: [it is|they are] left out`;
      return { silences: [], findings: [finding('F109', place, message)] };
    }
    if (made + frames > most) continue;
    addSpan(silences, before + made, before + made + frames);
    made += frames;
  }
  const findings: Finding[] = [];
  const seconds = (made / track.sampleRateHz).toFixed(2);
  if (made > 0)
    findings.push(finding('F300', place, agree`${made} sample[s] (${seconds} s) of silence between the parts of a wave list [is|are] played`));
  if (made < total)
    findings.push(finding('F223', place, agree`${total} sample[s] of silence [is|are] stated, more than the limit; ${made} [is|are] made`));
  return { silences, findings };
}
