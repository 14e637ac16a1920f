import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import { type Canary, readCanaries } from '../../media/canaries.ts';
import { isOurs } from '../../media/measure/likeness.ts';
import { qualities } from '../../media/tools/quality.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { search } from '../../pipeline/export/search.ts';
import { importSource } from '../../pipeline/import/import.ts';
import { plannedBags } from '../../store/jobs/plan.ts';
import { verifyArchive } from '../../verify/verify-archive.ts';
import type { Context } from '../machine/context.ts';
import { decodingHere } from '../machine/decoding-here.ts';
import { ffmpegRemedy } from './machine.ts';

/** One tested step and its result. */
export interface TrialStep {
  readonly step: string;
  readonly isWell: boolean;
  /** False if a program that the step needs is missing. */
  readonly isTried: boolean;
  readonly said: string;
  /** Next step for the user if the step failed. */
  readonly remedy: string | null;
}

/**
 * Tests the whole process with the libraries and programs that all commands use. Imports the small recordings that ship with longplay into an archive
 * in the folder for temporary files, with its own signing key; verifies, plays and searches the archive; then deletes everything. Without FFmpeg it
 * tests what does not need FFmpeg, and lists the rest.
 */
export async function* runTrial(
  context: Context,
  here: MediaTools,
  jobs: number,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, readonly TrialStep[]> {
  const tried: TrialStep[] = [];
  let folder: string;
  try {
    folder = mkdtempSync(join(context.temporary, 'longplay-doctor-'));
  } catch (error) {
    const remedy = 'free some space, or set LONGPLAY_TMPDIR to another folder';
    return [{ step: 'temporary files', isWell: false, isTried: true, said: `${context.temporary}: ${systemText(error)}`, remedy }];
  }
  const archive = join(folder, 'archive');
  const keys = join(folder, 'keys');
  const chosen = choose(context, here);
  const steps: readonly (readonly [string, () => AsyncGenerator<PipelineEvent, string>])[] = [
    ['import', () => imported(context, chosen, { folder, archive, keys, jobs }, signal)],
    ['verify and play', () => verified(context, { archive, keys, jobs }, signal)],
    ['search', () => searched(archive, folder, signal)],
  ];
  try {
    for (const [step, work] of steps) {
      try {
        tried.push({ step, isWell: true, isTried: true, said: yield* silently(work()), remedy: null });
      } catch (error) {
        // Anything else is a bug, and is reported as one.
        if (!(error instanceof LongplayError)) throw error;
        tried.push({ step, isWell: false, isTried: true, said: `${error.code} ${error.message}`, remedy: error.hint });
        break;
      }
    }
    if (chosen.left > 0) {
      const said = agree`${chosen.left} of ${chosen.left + chosen.canaries.length} small recording[s] [was|were] not tried: FFmpeg decodes them, and it is missing`;
      tried.push({ step: 'FFmpeg', isWell: false, isTried: false, said, remedy: chosen.remedy });
    }
    return tried;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Suppresses the events of the trial except progress: only its result counts. */
async function* silently<Outcome>(events: AsyncGenerator<PipelineEvent, Outcome>): AsyncGenerator<PipelineEvent, Outcome> {
  const taken = withResult(events);
  for await (const event of taken) if (event.type === 'progress') yield event;
  return taken.result();
}

interface Place {
  readonly folder: string;
  readonly archive: string;
  readonly keys: string;
  readonly jobs: number;
}

/** The recordings and the copy format that the installed programs can test. */
interface Chosen {
  readonly canaries: readonly Canary[];
  /** Number of recordings that need a missing program. */
  readonly left: number;
  readonly format: 'opus' | 'wav';
  readonly remedy: string;
}

function choose({ samples }: Context, { ffmpeg, opus }: MediaTools): Chosen {
  const all = readCanaries(samples).filter(({ file }) => file.startsWith('canaries/'));
  const canaries = ffmpeg === null ? all.filter(({ decoder }) => isOurs(decoder)) : all;
  return { canaries, left: all.length - canaries.length, format: ffmpeg === null && opus === null ? 'wav' : 'opus', remedy: ffmpegRemedy };
}

async function* imported(
  context: Context,
  { canaries, format }: Chosen,
  { folder, archive, keys, jobs }: Place,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, string> {
  const source = join(folder, 'recordings');
  mkdirSync(source);
  const names = canaries.map(({ file }) => basename(file));
  for (const name of names) copyFileSync(join(context.samples, 'canaries', name), join(source, name));
  // Only declarations describe headerless files.
  const declarations = canaries.flatMap(({ file, codec, sampleRateHz, channels, declared }) =>
    declared === true ? [{ glob: basename(file), codec, codecName: context.codecs.get(codec)?.title ?? codec, sampleRateHz, channels }] : [],
  );
  const { bitratePerChannel, wideBitratePerChannel, complexity } = qualities.standard;
  const access = { format, bitratePerChannel, wideBitratePerChannel, complexity } as const;
  const common = { site: 'doctor', importer: 'loose-files', zone: null, encoding: null, mapping: null, joinSides: false };
  const request = { ...common, sources: [source], access, declarations };
  const tools = {
    importers: context.importers,
    media: context.media,
    register: { formats: context.formats, codecs: context.codecs },
    createPool: (stop: AbortSignal) => context.createPool(jobs, stop),
    temporary: folder,
    keys,
    now: context.now,
    actor: context.actor,
    clockMs: context.clockMs,
    acceptances: { accepts: [], reason: '' },
    compareBytes: false,
    // The archive is temporary and contains only samples.
    sealing: 'open',
  } as const;
  const { imported: made, notPlayable, notImported } = yield* importSource(request, archive, tools, signal);
  if (made !== names.length || notPlayable + notImported > 0)
    throw new LongplayError(
      'incomplete',
      'P186',
      agree`of ${names.length} small recording[s] that ship with longplay ${made - notPlayable} could be imported and decoded`,
      'install what is missing in the list above; if nothing is missing, `longplay doctor --canaries` names each codec that does not decode',
    );
  return agree`${made} small recording[s], decoded, encoded, bagged and signed`;
}

async function* verified(
  context: Context,
  { archive, keys, jobs }: Pick<Place, 'archive' | 'keys' | 'jobs'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, string> {
  const pool = context.createPool(jobs, signal);
  try {
    pool.start();
    const tools = {
      decoding: () => decodingHere(context),
      pool,
      temporary: context.temporary,
      play: 'copies',
      plannedBags: () => plannedBags(join(archive, 'jobs')),
      keys,
      now: context.now,
    } as const;
    const taken = withResult(verifyArchive(archive, tools, signal));
    for await (const event of taken) {
      if (event.kind !== 'verdict' || event.severity !== 'error') continue;
      const { code, path, message } = event;
      const hint = 'memory, disk or a library of this machine returns wrong bytes: try another folder in LONGPLAY_TMPDIR, then another machine';
      throw new LongplayError('incomplete', 'P186', `a newly made archive: ${code} ${path}: ${message}`, hint);
    }
    const { files, decodedMs } = taken.result();
    return agree`${files} file[s] read, ${Math.round(decodedMs / 100) / 10} s of audio decoded`;
  } finally {
    await pool.close();
  }
}

async function* searched(archive: string, temporary: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, string> {
  const { found } = yield* search(archive, { text: 'gsm', newestFirst: true, limit: 5 }, temporary, signal);
  if (found === 0)
    throw new LongplayError(
      'incomplete',
      'P186',
      'a search for a word that is in the archive found nothing',
      'use the SQLite of the package better-sqlite3-multiple-ciphers',
    );
  return `${found} found by a word`;
}
