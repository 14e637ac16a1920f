import { closeSync, openSync, readSync } from 'node:fs';
import { limits } from '../../core/base/limits.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import { type Listen, whenHeard } from '../measure/sample-digest.ts';
import type { MediaTools } from '../tools/types.ts';
import { createCopyDecoder } from './copy-decoder.ts';

/** What a copy gave, as a player would play it. */
export interface PlayedCopy<Heard> {
  readonly decoder: string;
  /** Null where it is of another number of channels than recorded, or gave nothing. */
  readonly heard: Heard | null;
  /** What is wrong with it, with numbers: its container, its length. */
  readonly problems: readonly string[];
}

/** Decodes a copy in full, as a player would, and counts. @throws LongplayError M152 where this machine has no decoder; the system's errors; the signal's reason */
export async function playCopy<Heard>(
  file: string,
  copy: Pick<AccessCopy, 'format' | 'sampleRateHz' | 'channels' | 'samples'>,
  tools: Pick<MediaTools, 'opus' | 'ffmpeg' | 'meter'>,
  listen: Listen<Heard>,
  signal: AbortSignal,
): Promise<PlayedCopy<Heard>> {
  const decoder = createCopyDecoder(copy.format, tools, copy.sampleRateHz, signal);
  const heard = whenHeard(listen, copy.sampleRateHz, copy.channels);
  let values = 0;
  const take = (samples: Parameters<typeof heard.push>[0]): void => {
    values += samples.length;
    tools.meter?.addAudio((samples.length / copy.channels / copy.sampleRateHz) * 1_000);
    // Of another number of channels the frames are not whole ones.
    if (decoder.channels === copy.channels) heard.push(samples);
  };
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
    for (;;) {
      signal.throwIfAborted();
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      if (read === 0) break;
      take(await decoder.push(buffer.subarray(0, read)));
    }
    take(await decoder.finish());
  } finally {
    closeSync(descriptor);
    decoder.close?.();
  }
  const problems = [...decoder.problems];
  const perChannel = values / copy.channels;
  if (perChannel !== copy.samples) problems.push(`decodes to ${perChannel} samples a channel, ${copy.samples} were recorded`);
  if (decoder.channels !== null && decoder.channels !== copy.channels)
    problems.push(`it has ${decoder.channels} channels, ${copy.channels} were recorded`);
  return { decoder: decoder.decoder, heard: heard.finish(), problems };
}
