import { LongplayError } from '../../core/base/error.ts';
import type { Codec } from '../../core/model/format.ts';
import { findFfmpeg } from '../../media/ffmpeg/ffmpeg.ts';
import { foundOnce } from '../../media/identify/found-once.ts';
import { findOpusLibrary } from '../../media/libopus/libopus.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { WorkerSettings } from './surroundings.ts';

/** Returns the codecs by id. */
export function byId(codecs: readonly Codec[]): ReadonlyMap<string, Codec> {
  return new Map(codecs.map((codec) => [codec.id, codec]));
}

/** Returns the media tools of this process or thread. `none` in the settings disables one. @throws LongplayError U103, M150 */
export async function mediaTools(settings: WorkerSettings): Promise<MediaTools> {
  // FFmpeg takes 0.1 s to print its version; the lists load meanwhile.
  const [ffmpeg, { formats }, { codecs }] = await Promise.all([
    ffmpegOf(settings),
    import('../../../formats/index.ts'),
    import('../../../formats/codecs/index.ts'),
  ]);
  const opus = settings.opus === 'none' ? null : findOpusLibrary(settings.opus ?? undefined);
  return { formats, codecs: byId(codecs), ffmpeg, opus, passwords: settings.passwords ?? [] };
}

/** Rejects programs and libraries that the environment names but that are missing, before any work begins. @throws LongplayError U103, M150 */
export async function checkNamedTools(settings: WorkerSettings): Promise<void> {
  const { ffmpeg, opus } = settings;
  if (ffmpeg !== null) await ffmpegOf(settings);
  if (opus !== null) findOpusLibrary(opus);
}

/** Returns FFmpeg, which another thread of this process may have found already; null if there is none or the settings disable it. @throws LongplayError U103 */
async function ffmpegOf({ ffmpeg, ffmpegFound }: WorkerSettings): Promise<MediaTools['ffmpeg']> {
  if (ffmpeg === 'none') return null;
  const find = (): Promise<MediaTools['ffmpeg']> => locate(ffmpeg);
  return ffmpegFound === undefined ? await find() : await foundOnce(ffmpegFound, find);
}

/** Finds FFmpeg. A program that the user named must exist: otherwise files would be kept without copies, and nobody would notice the wrong name. */
async function locate(path: string | null): Promise<MediaTools['ffmpeg']> {
  const found = await findFfmpeg(path ?? undefined);
  if (found === null && path !== null)
    throw new LongplayError(
      'usage',
      'U103',
      `${path}, which LONGPLAY_FFMPEG names, is not a working FFmpeg`,
      'correct the variable, unset it, or set it to none',
    );
  return found;
}
