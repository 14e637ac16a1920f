import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import { driver, driverRemedy } from '../../store/database/drivers.ts';
import type { Context } from '../machine/context.ts';
import { inPath } from './programs.ts';

/** How to install FFmpeg. */
export const ffmpegRemedy = 'apt-get install ffmpeg, or name it in LONGPLAY_FFMPEG';

/** A program or library that longplay may need, and what fails without it. */
export interface Part {
  readonly name: string;
  readonly found: string | null;
  readonly needed: string;
  /** True if something is impossible without it, not just slower. */
  readonly required: boolean;
  readonly remedy: string;
}

/** Lists what longplay needs on a machine, and what is installed. */
export function examineMachine(context: Context, tools: MediaTools): Part[] {
  const byFfmpeg = [...context.codecs.values()].filter((codec) => codec.decode.by === 'ffmpeg').map((codec) => codec.id);
  const byUs = [...context.codecs.values()].filter((codec) => codec.decode.by === 'us').length;
  return [
    { name: 'Node.js', found: process.versions.node, needed: 'runs longplay', required: true, remedy: 'Node.js 20.19 or later' },
    databasePart(),
    { name: 'own decoders', found: agree`${byUs} codec[s]`, needed: 'decode in process', required: true, remedy: 'part of longplay' },
    {
      name: 'FFmpeg',
      found: tools.ffmpeg === null ? null : ffmpegFound(tools.ffmpeg),
      needed: `decodes ${byFfmpeg.join(', ')}; resamples rates that Opus does not support`,
      required: true,
      remedy: ffmpegRemedy,
    },
    {
      name: 'libopus',
      found: tools.opus?.version ?? null,
      needed: 'encodes and plays Opus in process; without it FFmpeg does, more slowly',
      required: tools.ffmpeg === null,
      remedy:
        'apt-get install libopus0, or name it in LONGPLAY_LIBOPUS; where it is installed, the package koffi is absent or broken: `npm rebuild koffi` in the folder of longplay',
    },
    { name: 'xz', found: inPath(context.env, 'xz'), needed: 'reads .tar.xz', required: false, remedy: 'apt-get install xz-utils' },
    { name: 'bzip2', found: inPath(context.env, 'bzip2'), needed: 'reads .tar.bz2', required: false, remedy: 'apt-get install bzip2' },
    { name: 'zstd', found: inPath(context.env, 'zstd'), needed: 'reads .tar.zst', required: false, remedy: 'apt-get install zstd' },
  ];
}

/** Describes an FFmpeg: version, path, and protection against malicious recordings. */
function ffmpegFound({ version, path, launch: { confined } }: NonNullable<MediaTools['ffmpeg']>): string {
  return `${version} (${path}), ${confined.length === 0 ? 'not confined' : `confined: ${confined.join(', ')}`}`;
}

/** Checks that SQLite, opened as every command opens it, stores words and finds them again. */
function databasePart(): Part {
  const part = { name: 'SQLite', needed: 'catalogs, search, planning of imports', required: true };
  try {
    const { name, encrypts, open } = driver();
    const db = open(':memory:', { readonly: false, key: null });
    db.exec("CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('longplay plays')");
    const found = db.prepare<[], { found: number }>("SELECT count(*) AS found FROM words WHERE words MATCH 'plays'").get()?.found;
    db.close();
    return {
      ...part,
      found: found === 1 ? `${name}${encrypts ? '' : ', cannot encrypt: open archives only'}` : null,
      remedy: 'this SQLite has no full-text search (FTS5): use better-sqlite3-multiple-ciphers',
    };
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    return { ...part, found: null, remedy: driverRemedy() };
  }
}
