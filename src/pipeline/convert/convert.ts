import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { errorText, faultText, LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import { createMeter, type Meter } from '../../core/base/meter.ts';
import { baseName, extension, foldedName } from '../../core/base/safe-path.ts';
import { tellEveryMs } from '../../core/base/ticking.ts';
import { createWorkCount } from '../../core/base/work-count.ts';
import { finding } from '../../core/findings/finding.ts';
import { type FindingCode, findingTable } from '../../core/findings/finding-table.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import { openAlready } from '../../core/model/recording-document.ts';
import type { Entry } from '../../core/model/source.ts';
import { removeAccessCopies } from '../../media/copy/access-copy.ts';
import { qualities } from '../../media/tools/quality.ts';
import type { AccessOptions, MediumResult, MediumTask } from '../../media/tools/types.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import { createEventChannel } from '../events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isEmptyFolder, keepApart, refuseFile } from '../files/target-folder.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { chooseMedia } from '../make/choose-media.ts';
import { isDoubtful } from '../make/make-recording.ts';
import { openSources } from '../read/open-sources.ts';
import { followSource } from '../read/source-notes.ts';
import { type ConversionOutput, manifestName, openConversionOutput, partialPrefix } from './output.ts';

/** One file to be converted, for a worker. */
export interface ConvertTask {
  readonly kind: 'medium';
  readonly medium: MediumTask;
}

/** What a conversion works with. */
export interface ConvertTools {
  readonly createPool: (signal: AbortSignal) => WorkerPool;
  readonly temporary: string;
  readonly judge: MediaJudge;
  /** True for entries that are tried whatever they are: files that the user named one by one. */
  readonly isNamed: (path: string) => boolean;
  readonly declarations?: readonly Declaration[];
}

/** What became of a conversion. */
export interface ConvertOutcome {
  readonly converted: number;
  /** There from an earlier run. */
  readonly kept: number;
  readonly notConverted: number;
  /** Converted, but the sound may be noise of a wrong decoding. */
  readonly doubtful: number;
  /** Open already, or no audio: text, images, documents, programs. */
  readonly skipped: number;
  /** Open already, but damaged or doubtful. */
  readonly openDoubtful: number;
  /** Left out, though they may be audio: no format recognises their content. */
  readonly unknown: number;
  /** Parts of the sources that could not be read, each with a finding. */
  readonly unread: number;
  readonly audioMs: number;
  readonly bytes: number;
}

/**
 * Batch conversion without an archive: a mirrored tree below `out`, with `manifest-sha256.txt` and `conversions.jsonl` beside it. Run
 * again, it keeps what it made of the same files and makes what is missing.
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
    throw new LongplayError('usage', 'U120', `${out} holds files that no conversion made`, 'name an empty or new folder with --out');
  }
  const output = await openConversionOutput(out, opened.scratch);
  const channel = createEventChannel<PipelineEvent>();
  const counts = { converted: 0, kept: 0, notConverted: 0, doubtful: 0, openDoubtful: 0, skipped: 0, unknown: 0, audioMs: 0, bytes: 0 };
  const names = new Map<string, string>();
  const entries: Entry[] = [];
  const isWanted = (path: string): boolean => tools.isNamed(path) || declarationOf(path, tools.declarations) !== null;
  let looked = 0;
  for await (const { entry, leftOut } of chooseMedia(source, tools.judge, isWanted, signal)) {
    yield { type: 'progress', phase: 'identifying', done: ++looked, total: null, unit: 'files', bytes: 0, bytesTotal: null, audioMs: 0 };
    if (leftOut === null) entries.push(entry);
    else {
      output.passOver(entry, leftOut.reason);
      if (leftOut.is === 'unknown') counts.unknown++;
      else counts.skipped++;
      yield findingEvent(finding(leftOut.is === 'unknown' ? 'M154' : 'M153', entry.path, `left out: ${leftOut.reason}`));
    }
  }
  const notes = followSource(source);
  for (const found of notes.take()) yield findingEvent(found);
  const bytesTotal = entries.reduce((sum, entry) => sum + entry.size, 0);
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const pool = tools.createPool(signal);
  const limitLarge = pLimit(pool.size * 2);
  const limitSmall = pLimit(pool.size * 2 * limits.togetherMedia);
  const asked = askedFor(access);
  let done = 0;

  const workCount = createWorkCount(pool.size, { items: entries.length, bytes: bytesTotal });
  const progress = (withWork = false): void =>
    channel.push({
      type: 'progress',
      phase: 'converting',
      done,
      total: entries.length,
      unit: 'files',
      bytes: counts.bytes,
      bytesTotal,
      audioMs: counts.audioMs,
      ...(withWork ? { work: workCount.work() } : {}),
    });

  const notConverted = (entry: Entry, code: FindingCode, message: string): void => {
    counts.notConverted++;
    output.leaveOut(entry, message);
    channel.push(findingEvent(finding(code, entry.path, message)));
  };
  const leaveOpen = (entry: Entry, result: MediumResult): void => {
    const doubt = doubtOf(result);
    counts[doubt === null ? 'skipped' : 'openDoubtful']++;
    output.leaveOut(entry, doubt === null ? 'open already' : `open already, but doubtful: ${doubt}`);
    const told = doubt === null ? finding('M155', entry.path, 'left out: it is Opus already') : finding('M156', entry.path, `left out: ${doubt}`);
    channel.push(findingEvent(told));
  };
  const one = async (entry: Entry, target: string, meter: Meter | undefined): Promise<void> => {
    stopping.throwIfAborted();
    const location = await source.locate(entry, stopping);
    // From the target's name alone: the serial number of an Ogg stream follows from it, and the same input shall give the same bytes.
    const partial = join(out, `${partialPrefix}${sha256Hex(target).slice(0, 32)}`);
    try {
      const declared = declarationOf(entry.path, tools.declarations);
      const task: ConvertTask = {
        kind: 'medium',
        medium: { location, name: baseName(entry.path), place: entry.path, declared, originalBase: null, accessBase: partial, access },
      };
      const result = await orNotConverted(pool.run<MediumResult>(task, entry.size, meter), entry);
      if (result === null) return;
      for (const found of result.findings) channel.push(findingEvent(found));
      counts.bytes += entry.size;
      counts.audioMs += result.measurement?.durationMs ?? 0;
      if (result.accessReason === openAlready) {
        leaveOpen(entry, result);
      } else if (result.access === null) {
        notConverted(entry, 'P160', `was not converted: ${result.accessReason ?? 'no copy was made'}`);
      } else {
        const name = `${target}.${result.access.format}`;
        const full = join(out, name);
        mkdirSync(dirname(full), { recursive: true });
        renameSync(`${partial}.${result.access.format}`, full);
        await output.add(entry, asked, name, result.access.sha256);
        counts.converted++;
        if (isDoubtful(result)) counts.doubtful++;
        const { path: _path, ...copy } = result.access;
        channel.push({ type: 'result', of: 'converted', value: { from: entry.path, to: name, sourceSha256: result.original.sha256, ...copy } });
      }
    } finally {
      removeAccessCopies(partial);
      await source.release(location);
    }
  };

  const counted = async (entry: Entry, target: string): Promise<void> => {
    // Small ones are done before anybody could ask how far they are.
    const meter = entry.size <= limits.smallRecordingBytes ? undefined : createMeter();
    const end = workCount.begin(entry.path, entry.size, meter);
    await one(entry, target, meter).finally(end);
  };

  /** What costs one file: bytes that cannot be read, threads that die on it, a bug. */
  const orNotConverted = async (working: Promise<MediumResult>, entry: Entry): Promise<MediumResult | null> => {
    try {
      return await working;
    } catch (error) {
      if (stopping.aborted || (!isUnreadable(error) && !isFaultOfTask(error))) throw error;
      const why = error instanceof WorkerCrash || isUnreadable(error) ? errorText(error) : faultText(error);
      notConverted(entry, 'P160', `was not converted: ${why}`);
      return null;
    }
  };

  const work = (async (): Promise<void> => {
    const planned = entries.map((entry) => {
      const earlier = output.find(entry, asked);
      const target = earlier === null ? targetName(entry.path, names, output) : earlier.to.slice(0, earlier.to.lastIndexOf('.'));
      return { entry, earlier, target };
    });
    await output.release(new Set(planned.flatMap(({ earlier, target }) => (earlier === null ? [target] : []))), asked);
    const all = planned.map(({ entry, earlier, target }) => {
      const isThere = earlier !== null && output.holds(earlier.to);
      if (isThere) workCount.skip(1, entry.size);
      else workCount.plan(entry.path, entry.size);
      return (entry.size <= limits.smallRecordingBytes ? limitSmall : limitLarge)(async () => {
        try {
          if (!isThere) await counted(entry, target);
          else if (earlier.is === 'same') counts.kept++;
          else notConverted(entry, 'P161', `${earlier.to} was made of a file of this name with another size or date`);
          done++;
          progress();
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      });
    });
    await Promise.allSettled(all);
    signal.throwIfAborted();
    if (stop.signal.aborted) throw stop.signal.reason;
  })();
  const ticking = setInterval(() => progress(true), tellEveryMs);
  try {
    yield* channel.during(work);
  } catch (error) {
    // What is done is done, and listed. Where that cannot be, the first failure is the one to tell, and the next run makes it again.
    await output.flush().catch(() => undefined);
    throw error;
  } finally {
    clearInterval(ticking);
    await pool.close();
  }
  await output.finish();
  for (const found of notes.take()) yield findingEvent(found);
  return { ...counts, unread: notes.unread };
}

/** What speaks against a file that is open already: the first doubt, or what keeps it from being played; else null. */
function doubtOf({ doubts = [], findings }: MediumResult): string | null {
  return doubts[0] ?? findings.find(({ code }) => findingTable.get(code)?.severity === 'error')?.message ?? null;
}

/** Folders as in the source, the extension replaced; names that would be one file on some disk get a number. */
function targetName(path: string, taken: Map<string, string>, output: ConversionOutput): string {
  const plain = path.replaceAll('!', '/');
  const stem = plain.slice(0, plain.length - extension(plain).length);
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    const folded = foldedName(name);
    if (taken.has(folded) || !output.isFree(name, path)) continue;
    taken.set(folded, path);
    return name;
  }
}

/** What of the settings tells one copy from another; those that copies always had are left out, so that older records still hold. */
function askedFor({ format, bitratePerChannel, wideBitratePerChannel, complexity }: AccessOptions): string {
  const { standard } = qualities;
  const isUsual =
    bitratePerChannel === standard.bitratePerChannel &&
    wideBitratePerChannel === standard.wideBitratePerChannel &&
    complexity === standard.complexity;
  if (format === 'wav' || isUsual) return format;
  return [format, bitratePerChannel, ...(wideBitratePerChannel === undefined ? [] : [wideBitratePerChannel]), complexity].join(' ');
}
