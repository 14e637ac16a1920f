import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LongplayError } from '../../core/error.ts';
import { driver, driverRemedy } from '../../database/drivers.ts';
import { readCanaries } from '../../media/canaries.ts';
import type { MediaTools } from '../../media/types.ts';
import { type CanaryOutcome, checkCanaries } from '../../pipeline/canaries.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import type { CommandDeclaration } from '../command.ts';
import type { Context } from '../context.ts';
import { type Tried, tryTheWork } from '../doctor-trial.ts';
import { exitCodes } from '../exit-code.ts';
import { mediaTools } from '../media-tools.ts';
import { commonOptions, jobsOption, option } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { workerSettings } from '../surroundings.ts';
import { count, counted, table } from '../units.ts';

/** One thing that longplay may need, and what is missing without it. */
interface Part {
  readonly name: string;
  readonly found: string | null;
  readonly needed: string;
  /** Missing means that something cannot be done, not only that it is slower. */
  readonly required: boolean;
  readonly remedy: string;
}

/** What an examination found; canaries where they were asked for. */
interface Health {
  readonly parts: readonly Part[];
  readonly tried: readonly Tried[];
  readonly canaries: CanaryOutcome | null;
}

/** `longplay doctor` */
export const doctorCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('doctor')
    .description(
      'what is here, in which version, and what is missing for what; then the whole work once, on small recordings: import, verify, play, search',
    )
    .addOption(option('--canaries', 'decode the small files that ship with longplay, and compare with what they decoded to when they were made'))
    .addHelpText('after', '\nExample:\n  longplay doctor\n  longplay doctor --canaries');
  jobsOption(commonOptions(command)).action(async (options: CommonOptions & { readonly canaries?: boolean; readonly jobs: number }) => {
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, Health> {
      const tools = await mediaTools(workerSettings(context.env));
      const parts = examine(context, tools);
      for (const part of parts) yield { type: 'result', of: 'part', value: { ...part } };
      const tried = yield* tryTheWork(context, options.jobs, stop);
      for (const one of tried) yield { type: 'result', of: 'step', value: { ...one } };
      if (options.canaries !== true) return { parts, tried, canaries: null };
      return { parts, tried, canaries: yield* checkCanaries(context.samples, readCanaries(context.samples), tools, stop) };
    };
    done(await runCommand(context, 'doctor', options, pipeline, ending, signal));
  });
};

function examine(context: Context, tools: MediaTools): Part[] {
  const byFfmpeg = [...context.codecs.values()].filter((codec) => codec.decode.by === 'ffmpeg').map((codec) => codec.id);
  const byUs = [...context.codecs.values()].filter((codec) => codec.decode.by === 'us').length;
  return [
    { name: 'Node.js', found: process.versions.node, needed: 'runs longplay', required: true, remedy: 'Node.js 20.19 or later' },
    databasePart(),
    { name: 'own decoders', found: `${byUs} codecs`, needed: 'decode in process', required: true, remedy: 'part of longplay' },
    {
      name: 'FFmpeg',
      found: tools.ffmpeg === null ? null : `${tools.ffmpeg.version} (${tools.ffmpeg.path})`,
      needed: `decodes ${byFfmpeg.join(', ')}; changes rates that Opus does not carry`,
      required: true,
      remedy: 'apt-get install ffmpeg, or name it in LONGPLAY_FFMPEG',
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

/** SQLite as every command opens it, and that it keeps and finds words. */
function databasePart(): Part {
  const part = { name: 'SQLite', needed: 'catalogs, search, planning of imports', required: true };
  try {
    const { name, open } = driver();
    const db = open(':memory:', { readonly: false });
    db.exec("CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('longplay plays')");
    const found = db.prepare<[], { found: number }>("SELECT count(*) AS found FROM words WHERE words MATCH 'plays'").get()?.found;
    db.close();
    return { ...part, found: found === 1 ? name : null, remedy: 'this SQLite has no full-text search (FTS5): use better-sqlite3' };
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    return { ...part, found: null, remedy: driverRemedy() };
  }
}

/** Absolute path of a program, or null. */
function inPath(env: NodeJS.ProcessEnv, name: string): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder: the next may have it.
    }
  }
  return null;
}

function ending({ parts, tried, canaries }: Health): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const missing = parts.filter((part) => part.found === null);
  const rows = parts.map((part) => [
    part.found === null ? (part.required ? 'MISSING' : 'missing') : 'found',
    part.name,
    part.found ?? part.remedy,
    part.needed,
  ]);
  const failed = tried.filter(({ isWell }) => !isWell);
  const steps = tried.map(({ step, isWell, said }) => [isWell ? 'works' : 'FAILED', step, said]);
  const whole = failed.length === 0 ? 'Everything is here, and works.' : 'Everything is here, and not all of it works.';
  const sentence = missing.length === 0 ? whole : `Missing: ${missing.map((part) => `${part.name} (${part.remedy})`).join('; ')}.`;
  const lacking = failed.length > 0 || missing.some((part) => part.required) || (canaries?.notDecoded ?? 0) > 0;
  return {
    exitCode: (canaries?.different ?? 0) > 0 ? exitCodes.integrity : lacking ? exitCodes.incomplete : exitCodes.well,
    facts: { missing: missing.map((part) => part.name), failed: failed.map(({ step }) => step), canaries },
    text: [
      table(rows),
      table(steps),
      sentence,
      ...failed.map(({ step, remedy }) => `${step}: ${remedy}`),
      ...(canaries === null ? [] : [canaryText(canaries)]),
    ].join('\n'),
  };
}

function canaryText({ canaries, same, near, notDecoded, different }: CanaryOutcome): string {
  const parts = [`Of ${counted(canaries, 'canary', 'canaries')}, ${count(same)} decode to the very samples that they did`];
  if (near > 0) parts.push(`${count(near)} nearly so`);
  if (notDecoded > 0) parts.push(`${count(notDecoded)} could NOT be decoded here`);
  if (different > 0) parts.push(`${count(different)} decode OTHERWISE: do not trust copies made with these decoders`);
  return `${parts.join(', ')}.`;
}
