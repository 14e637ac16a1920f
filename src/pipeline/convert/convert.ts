import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import { finding } from '../../core/findings/finding.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isEmptyFolder, keepApart, refuseFile } from '../files/target-folder.ts';
import { chooseMedia } from '../make/choose-media.ts';
import { openSources } from '../read/open-sources.ts';
import { followSource } from '../read/source-notes.ts';
import { Conversion, type ConversionCounts } from './conversion.ts';
import { type ConversionOutput, manifestName, openConversionOutput } from './output.ts';

/** Tools of a conversion. */
export interface ConvertTools {
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  readonly temporary: string;
  readonly judge: MediaJudge;
  /** Returns true for entries that are always tried: files that the user named individually. */
  readonly isNamed: (path: string) => boolean;
  readonly declarations?: readonly Declaration[];
}

/** Result of a conversion. */
export interface ConvertOutcome extends Readonly<ConversionCounts> {
  /** Parts of the sources that could not be read, each with a finding. */
  readonly unread: number;
}

/**
 * Converts files without an archive into a mirrored tree below `out`, with `manifest-sha256.txt` and `conversions.jsonl` beside it. A repeated run
 * keeps the results for unchanged files and makes the missing ones.
 */
export async function* convert(
  paths: readonly string[],
  out: string,
  access: AccessOptions,
  tools: ConvertTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ConvertOutcome> {
  refuseFile(out, 'U120');
  keepApart(paths, out);
  await using opened = await openSources(paths, tools.temporary, signal, { passOver: true });
  const { source } = opened;
  mkdirSync(out, { recursive: true });
  if (!isEmptyFolder(out) && !existsSync(join(out, manifestName))) {
    throw new LongplayError('usage', 'U120', `${out} contains files that no conversion made`, 'name an empty or new folder with --out');
  }
  const output = await openConversionOutput(out, opened.scratch);
  const counts = { converted: 0, kept: 0, notConverted: 0, doubtful: 0, openDoubtful: 0, skipped: 0, unknown: 0, audioMs: 0, bytes: 0 };
  const entries = yield* chooseEntries(source, tools, { output, counts }, signal);
  const notes = followSource(source);
  for (const found of notes.take()) yield findingEvent(found);
  const pool = tools.createPool(signal);
  const place = { source, out, access, declarations: tools.declarations, output, counts, pool };
  try {
    yield* new Conversion(place, entries, signal).run();
  } catch (error) {
    // Lists the finished files even after an error. If that fails too, the first error is reported, and the next run converts these files again.
    await output.flush().catch(() => undefined);
    throw error;
  } finally {
    await pool.close();
  }
  await output.finish();
  for (const found of notes.take()) yield findingEvent(found);
  return { ...counts, unread: notes.unread };
}

/** Chooses the entries to convert, and reports why the others are left out. */
async function* chooseEntries(
  source: Source,
  { judge, isNamed, declarations }: ConvertTools,
  { output, counts }: { readonly output: ConversionOutput; readonly counts: ConversionCounts },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Entry[]> {
  const entries: Entry[] = [];
  const isWanted = (path: string): boolean => isNamed(path) || declarationOf(path, declarations) !== null;
  let looked = 0;
  for await (const { entry, leftOut } of chooseMedia(source, judge, isWanted, signal)) {
    yield { type: 'progress', phase: 'identifying', done: ++looked, total: null, unit: 'files', bytes: 0, bytesTotal: null, audioMs: 0 };
    if (leftOut === null) entries.push(entry);
    else {
      output.passOver(entry, leftOut.reason);
      if (leftOut.is === 'unknown') counts.unknown++;
      else counts.skipped++;
      yield findingEvent(finding(leftOut.is === 'unknown' ? 'M154' : 'M153', entry.path, `left out: ${leftOut.reason}`));
    }
  }
  return entries;
}
