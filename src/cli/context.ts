import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { LongplayError } from '../core/error.ts';
import type { Codec, Format } from '../core/format.ts';
import type { Importer } from '../core/importer.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { findOpusLibrary } from '../media/libopus.ts';
import type { MediaTools } from '../media/types.ts';
import { createSurroundings, type Surroundings, type WorkerSettings, workerSettings } from './surroundings.ts';

/** Everything that commands take from outside, the lists among it, which take a while to load. */
export interface Context extends Surroundings {
  readonly formats: readonly Format[];
  readonly importers: readonly Importer[];
  readonly codecs: ReadonlyMap<string, Codec>;
}

/** The one place that sees the lists of formats, codecs and importers. */
export function createContext(surroundings: Surroundings = createSurroundings()): Context {
  return { ...surroundings, formats, importers, codecs: codecMap() };
}

/** Codecs by id. */
export function codecMap(): ReadonlyMap<string, Codec> {
  return new Map(codecs.map((codec) => [codec.id, codec]));
}

/** The media tools of this process or thread. `none` in the settings switches one off. */
export async function mediaTools(settings: WorkerSettings): Promise<MediaTools> {
  return {
    formats,
    codecs: codecMap(),
    ffmpeg: settings.ffmpeg === 'none' ? null : await ffmpegOf(settings.ffmpeg),
    opus: settings.opus === 'none' ? null : findOpusLibrary(settings.opus ?? undefined),
    passwords: settings.passwords ?? [],
  };
}

/** Refuses programs and libraries that the environment names and that are not there, before anything is begun. @throws LongplayError U103, M150 */
export async function checkNamedTools(env: NodeJS.ProcessEnv): Promise<void> {
  const { ffmpeg, opus } = workerSettings(env);
  if (ffmpeg !== null && ffmpeg !== 'none') await ffmpegOf(ffmpeg);
  if (opus !== null) findOpusLibrary(opus);
}

/** One that is named must be there: without it files would be kept with no copy, and nobody would look at the name. */
async function ffmpegOf(path: string | null): Promise<MediaTools['ffmpeg']> {
  const found = await findFfmpeg(path ?? undefined);
  if (found === null && path !== null)
    throw new LongplayError(
      'usage',
      'U103',
      `${path}, which LONGPLAY_FFMPEG names, is no FFmpeg that runs`,
      'correct the variable, unset it, or set it to none',
    );
  return found;
}
