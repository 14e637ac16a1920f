import { createHash } from 'node:crypto';
import { limits } from '../core/limits.ts';
import { identifyAs } from './declared-medium.ts';
import { playable } from './decode-medium.ts';
import { inPackets } from './decode-packets.ts';
import type { Ffmpeg, FfmpegAsk } from './ffmpeg.ts';
import { runFfmpegBatch } from './ffmpeg-batch.ts';
import { openMedium } from './medium-bytes.ts';
import { askOf } from './through-ffmpeg.ts';
import type { MediaTools, MediumTask } from './types.ts';

/** Decoding by FFmpeg of what will be asked for next, together with what is asked for now. */
export interface DecodeAhead {
  /** For `Ffmpeg.ahead`. */
  readonly decode: NonNullable<Ffmpeg['ahead']>;
  /** After each task: whether one of the last ones asked, so that more media ready in this thread would save starts of FFmpeg. */
  isAskedOften(): boolean;
}

interface Asked {
  readonly ask: FfmpegAsk;
  /** Media that wait for it. */
  uses: number;
}

interface Ready {
  readonly samples: Uint8Array;
  /** Media that will ask for it. */
  uses: number;
}

/**
 * Many short calls in a codec that FFmpeg alone decodes: one process for up to `limits.aheadMedia` of them. What comes out is kept by the digest of all that
 * went in, so that no call can ever get the samples of another. A medium that cannot be opened, is long, or is decoded otherwise is left to its own turn,
 * and so are all of a batch in which something went wrong: each failure is its own. @param waiting media whose turn comes next in this thread
 */
export function createDecodeAhead(tools: MediaTools, ffmpeg: Ffmpeg, waiting: () => readonly MediumTask[]): DecodeAhead {
  /** Samples that are ready, of the last two batches: those whose recording failed before they were asked for must not stay in memory. */
  let ready = new Map<string, Ready>();
  let older = new Map<string, Ready>();
  /** Each waiting medium is looked at once. */
  const seen = new WeakSet<MediumTask['location']>();
  /** Tasks since the last that asked. */
  let since = Number.POSITIVE_INFINITY;

  /** What FFmpeg will be asked for a medium; null where that is not known or is no small thing. */
  async function askAbout(task: MediumTask, signal: AbortSignal): Promise<FfmpegAsk | null> {
    const { location, name, place, further = [], declared = null, durationMs = null } = task;
    const size = location.kind === 'bytes' ? location.bytes.length : location.size;
    if (further.length > 0 || size === 0 || size > 2 * limits.aheadCodedBytes) return null;
    const bytes = openMedium(location, place);
    try {
      const answer = await identifyAs(bytes.reader, { name, durationMs }, tools.formats, declared, signal);
      if (answer === null || answer.packed !== undefined) return null;
      const play = playable(answer, tools, place);
      const [part, another] = 'reason' in play ? [] : play.parts;
      if (part === undefined || another !== undefined || part.codec.ffmpeg === null || inPackets(part.track)) return null;
      return await askOf(part.track, part.codec, bytes);
    } finally {
      bytes.close();
    }
  }

  /** Adds what waits, by key; what several media will ask, as their sound is the same to the byte, is asked once. */
  async function addWaiting(asks: Map<string, Asked>, signal: AbortSignal): Promise<void> {
    for (const task of waiting()) {
      if (asks.size === limits.aheadMedia) break;
      if (seen.has(task.location)) continue;
      seen.add(task.location);
      // Whatever is wrong with it is told when its turn comes.
      const ask = await askAbout(task, signal).catch(() => null);
      signal.throwIfAborted();
      if (ask === null) continue;
      const key = keyOf(ask);
      const same = asks.get(key) ?? ready.get(key);
      if (same === undefined) asks.set(key, { ask, uses: 1 });
      else same.uses++;
    }
  }

  function take(key: string): Uint8Array | null {
    const found = ready.get(key) ?? older.get(key);
    if (found === undefined) return null;
    found.uses--;
    if (found.uses === 0) for (const batch of [ready, older]) if (batch.get(key) === found) batch.delete(key);
    return found.samples;
  }

  return {
    async decode(ask, signal) {
      since = 0;
      const key = keyOf(ask);
      const found = take(key);
      if (found !== null) return found;
      const own: Asked = { ask, uses: 0 };
      const asks = new Map([[key, own]]);
      await addWaiting(asks, signal);
      if (asks.size === 1 && own.uses === 0) return null;
      const all = [...asks.values()].map((one) => one.ask);
      const made = await runFfmpegBatch(ffmpeg.path, all, limits.aheadDecodedBytes, signal);
      if (made === null) return null;
      older = ready;
      ready = new Map();
      for (const [index, [asked, { uses }]] of [...asks].entries()) {
        const samples = made[index];
        if (samples !== undefined && uses > 0) ready.set(asked, { samples, uses });
      }
      return made[0] ?? null;
    },
    isAskedOften: () => since++ < limits.aheadMedia,
  };
}

/** The same for the same arguments and the same bytes alone. */
function keyOf({ inputArgs, coded, outputArgs }: FfmpegAsk): string {
  return createHash('sha256')
    .update(JSON.stringify([inputArgs, outputArgs]))
    .update(coded)
    .digest('base64');
}
