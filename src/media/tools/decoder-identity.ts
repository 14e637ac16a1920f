import { toolName } from '../../core/base/version.ts';
import type { MediaTools } from './types.ts';

/** Whose version changed: of longplay's own decoders, of FFmpeg, of libopus. */
export type DecoderKind = 'longplay' | 'FFmpeg' | 'libopus';

const absent = 'none';

/**
 * Everything that decodes here, with versions: `longplay 0.1.0; FFmpeg 7.1.5-0+deb13u1 3f2a9c01; libopus 1.5.2`, or `none` in the place of
 * what is not there. Equal texts: the same programs and libraries. Own decoders have the version of longplay. libopus inside of FFmpeg
 * is a part of FFmpeg's.
 */
export function decoderIdentities({ ffmpeg, opus }: Pick<MediaTools, 'ffmpeg' | 'opus'>): string {
  const libopus = opus?.version.replace(/^libopus /, '') ?? absent;
  return [toolName, `FFmpeg ${ffmpeg?.build ?? absent}`, `libopus ${libopus}`].map((part) => part.replaceAll(';', ',')).join('; ');
}

/** What differs between two such texts, in their order. A kind that one of the two does not name at all counts as changed. */
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
