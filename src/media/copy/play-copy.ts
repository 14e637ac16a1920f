import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import { openFile } from '../../sealing/stored/stored-bytes.ts';
import type { PlayableFile } from '../bytes/medium-bytes.ts';
import { createLateListener, type Listen } from '../measure/sample-digest.ts';
import type { MediaTools } from '../tools/types.ts';
import { createCopyDecoder } from './copy-decoder.ts';

/** Result of decoding a copy like a player. */
export interface PlayedCopy<Heard> {
  readonly decoder: string;
  /** Result of the listener; null if the copy has another number of channels than recorded, or gave no samples. */
  readonly heard: Heard | null;
  /** Faults of the copy's container and length, with numbers. */
  readonly problems: readonly string[];
}

/**
 * Decodes a copy completely, as a player would, and counts its samples.
 * @throws LongplayError M152 if this machine has no decoder; the system's errors; the signal's reason
 */
export async function playCopy<Heard>(
  file: Pick<PlayableFile, 'path' | 'secret'>,
  copy: Pick<AccessCopy, 'format' | 'sampleRateHz' | 'channels' | 'samples'>,
  tools: Pick<MediaTools, 'opus' | 'ffmpeg' | 'meter'>,
  listen: Listen<Heard>,
  signal: AbortSignal,
): Promise<PlayedCopy<Heard>> {
  const decoder = createCopyDecoder(copy.format, tools, copy.sampleRateHz, signal);
  const heard = createLateListener(listen, copy.sampleRateHz, copy.channels);
  let values = 0;
  const take = (samples: Parameters<typeof heard.push>[0]): void => {
    values += samples.length;
    tools.meter?.addAudio((samples.length / copy.channels / copy.sampleRateHz) * 1_000);
    // With a wrong number of channels, the frames are not whole.
    if (decoder.channels === copy.channels) heard.push(samples);
  };
  const opened = openFile(file.path, file.secret ?? null);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(opened.size, limits.readChunkBytes));
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const read = opened.readInto(buffer, at);
      if (read === 0) break;
      at += read;
      take(await decoder.push(buffer.subarray(0, read)));
    }
    take(await decoder.finish());
  } finally {
    opened.close();
    decoder.close?.();
  }
  const problems = [...decoder.problems];
  const perChannel = values / copy.channels;
  if (perChannel !== copy.samples) problems.push(agree`decodes to ${perChannel} sample[s] per channel, ${copy.samples} [was|were] recorded`);
  if (decoder.channels !== null && decoder.channels !== copy.channels)
    problems.push(agree`it has ${decoder.channels} channel[s], ${copy.channels} [was|were] recorded`);
  return { decoder: decoder.decoder, heard: heard.finish(), problems };
}
