import { toolName } from '../../core/base/version.ts';
import type { MediaTools } from './types.ts';

/** The kind of program of which the version changed: longplay's own decoders, FFmpeg, or libopus. */
export type DecoderKind = 'longplay' | 'FFmpeg' | 'libopus';

const absent = 'none';

/**
 * Returns all decoders of this machine with versions: `longplay 0.1.0; FFmpeg 7.1.5-0+deb13u1 3f2a9c01; libopus 1.5.2`, or `none` in place of a missing one.
 * Equal texts mean the same programs and libraries. longplay's own decoders have the version of longplay. The libopus inside FFmpeg belongs to FFmpeg's
 * identity.
 */
export function decoderIdentities({ ffmpeg, opus }: Pick<MediaTools, 'ffmpeg' | 'opus'>): string {
  const libopus = opus?.version.replace(/^libopus /, '') ?? absent;
  return [toolName, `FFmpeg ${ffmpeg?.build ?? absent}`, `libopus ${libopus}`].map((part) => part.replaceAll(';', ',')).join('; ');
}

/** Returns the kinds of decoders that differ between two such texts, in order. A kind that only one text names counts as changed. */
export function changedDecoders(from: string, to: string): DecoderKind[] {
  const [then, now] = [partsOf(from), partsOf(to)];
  return (['longplay', 'FFmpeg', 'libopus'] as const).filter((kind) => then.get(kind) === undefined || then.get(kind) !== now.get(kind));
}

function partsOf(text: string): Map<string, string> {
  return new Map(
    text.split('; ').map((part) => {
      const [kind = '', ...version] = part.split(' ');
      return [kind, version.join(' ')];
    }),
  );
}
