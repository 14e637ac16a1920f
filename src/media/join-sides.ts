import { agree } from '../core/base/agree.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { AccessCopy } from '../core/model/recording-document.ts';
import { type MediumBytes, metered, openMedium, withFurther } from './bytes/medium-bytes.ts';
import { soundingBytes } from './bytes/sounding-bytes.ts';
import { copyTo } from './copy/make-copy.ts';
import { identifyAs } from './declared-medium.ts';
import { decodeMedium, playable } from './decode/decode-medium.ts';
import type { SampleSink } from './decode/decode-track.ts';
import { sideBySide } from './decode/interleave.ts';
import type { Playable } from './decode/playable.ts';
import type { JoinTask, MediaTools, MediumTask } from './tools/types.ts';

/** One side that was opened for decoding. */
interface Ready {
  readonly bytes: MediumBytes;
  readonly play: Playable;
}

/**
 * Decodes two sides of one call again and writes them as one stereo copy, with side 0 on channel 0. Pads the shorter side with silence, which gives a finding.
 * `reason` says why there is no copy. Findings on one side alone are not repeated, because `processMedium` has already reported them.
 * @throws as `processMedium`
 */
export async function joinSides(
  task: JoinTask,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<{ access: AccessCopy | null; reason: string | null; findings: readonly Finding[] }> {
  const opened: MediumBytes[] = [];
  try {
    const ready: Ready[] = [];
    for (const side of task.sides) {
      const first = openMedium(side.location, side.name);
      opened.push(first);
      const bytes = withFurther(first, side.further ?? [], side.name);
      if (bytes !== first) opened.splice(-1, 1, bytes);
      const play = await playableSide(side, bytes, tools, signal);
      if (typeof play === 'string') return refused(task, `${side.place}: ${play}`);
      ready.push(play);
    }
    const [a, b] = ready;
    if (a === undefined || b === undefined) throw new Error('a call has two sides');
    if (a.play.sampleRateHz !== b.play.sampleRateHz)
      return refused(task, `one side has ${a.play.sampleRateHz} Hz, the other ${b.play.sampleRateHz} Hz`);
    return await join(task, [a, b], tools, signal);
  } finally {
    for (const bytes of opened) bytes.close();
  }
}

function refused(task: JoinTask, reason: string): { access: null; reason: string; findings: Finding[] } {
  return { access: null, reason, findings: [finding('M123', task.sides[0].place, reason)] };
}

/** Returns one side prepared for decoding; a text that says why it cannot be joined if it cannot. */
async function playableSide(side: MediumTask, bytes: MediumBytes, tools: MediaTools, signal: AbortSignal): Promise<Ready | string> {
  const answer = await identifyAs(
    bytes.reader,
    { name: side.name, durationMs: side.durationMs ?? null },
    tools.formats,
    side.declared ?? null,
    signal,
  );
  if (answer === null) return 'unknown format';
  const play = playable(answer, tools, side.place);
  if ('reason' in play) return play.reason;
  return play.channels === 1 ? { bytes: metered(soundingBytes(bytes, answer), bytes.size, tools.meter), play } : agree`${play.channels} channel[s]`;
}

async function join(
  task: JoinTask,
  ready: readonly [Ready, Ready],
  tools: MediaTools,
  signal: AbortSignal,
): Promise<{ access: AccessCopy | null; reason: string | null; findings: readonly Finding[] }> {
  const place = task.sides[0].place;
  const { sampleRateHz } = ready[0].play;
  const copy = copyTo(task.accessBase, { place, access: task.access }, { sampleRateHz, channels: 2 }, tools, signal);
  try {
    const decodings = ready.map(
      ({ bytes, play }, index) =>
        (side: SampleSink, either: AbortSignal) =>
          decodeMedium(play, { bytes, place: task.sides[index]?.place ?? place }, side, either),
    );
    const { frames } = await sideBySide(decodings, (samples) => copy.push(samples), signal);
    const { access, accessReason, findings } = await copy.finish();
    const [first = 0, second = 0] = frames;
    const uneven = first === second ? [] : [finding('M115', place, agree`one side has ${first} sample[s], the other ${second}`)];
    return { access, reason: accessReason, findings: [...uneven, ...findings] };
  } catch (error) {
    copy.discard();
    throw error;
  }
}
