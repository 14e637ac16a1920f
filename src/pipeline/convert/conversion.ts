import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { errorText, faultText } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { createMeter, type Meter } from '../../core/base/meter.ts';
import { progressIntervalMs } from '../../core/base/progress-ticks.ts';
import { baseName, extension, foldedName } from '../../core/base/safe-path.ts';
import { createWorkCount, type WorkCount } from '../../core/base/work-count.ts';
import { finding } from '../../core/findings/finding.ts';
import { type FindingCode, findingTable } from '../../core/findings/finding-table.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import { type AccessCopy, alreadyOpusReason, isDoubtful } from '../../core/model/recording-document.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { removeAccessCopies } from '../../media/copy/access-copy.ts';
import { qualities } from '../../media/tools/quality.ts';
import type { AccessOptions, MediumResult, MediumTask } from '../../media/tools/types.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import { createEventChannel } from '../events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { type ConversionOutput, partialPrefix } from './output.ts';

/** A file that a worker converts. */
export interface ConvertTask {
  readonly kind: 'medium';
  readonly medium: MediumTask;
}

/** Numbers of files by result of a conversion, and the size and length of what was converted. */
export interface ConversionCounts {
  converted: number;
  /** Converted by an earlier run, and unchanged since. */
  kept: number;
  notConverted: number;
  /** Converted, but possibly with the wrong codec. */
  doubtful: number;
  /** Not converted because they are playable already, or are no audio: text, images, documents, programs. */
  skipped: number;
  /** Playable already, but damaged or doubtful. */
  openDoubtful: number;
  /** Not converted because the format is not recognised, although they may be audio. */
  unknown: number;
  audioMs: number;
  bytes: number;
}

/** Where a conversion reads and writes. */
interface ConversionPlace {
  readonly source: Source;
  /** Folder of the copies. */
  readonly out: string;
  readonly access: AccessOptions;
  readonly declarations: readonly Declaration[] | undefined;
  readonly output: ConversionOutput;
  readonly counts: ConversionCounts;
  readonly pool: WorkerPool;
}

/** Converts the chosen entries. Each ends as converted, kept, left out or not converted, and is counted and listed once. */
export class Conversion {
  readonly #place: ConversionPlace;
  readonly #entries: readonly Entry[];
  readonly #signal: AbortSignal;
  /** Stops all files in progress at the first error that makes continuing pointless (no space, an abort). */
  readonly #stop = new AbortController();
  readonly #stopping: AbortSignal;
  readonly #channel = createEventChannel<PipelineEvent>();
  readonly #work: WorkCount;
  readonly #bytesTotal: number;
  readonly #asked: string;
  readonly #limitLarge: LimitFunction;
  readonly #limitSmall: LimitFunction;
  #done = 0;

  constructor(place: ConversionPlace, entries: readonly Entry[], signal: AbortSignal) {
    const { size } = place.pool;
    this.#place = place;
    this.#entries = entries;
    this.#signal = signal;
    this.#stopping = AbortSignal.any([signal, this.#stop.signal]);
    this.#bytesTotal = entries.reduce((sum, entry) => sum + entry.size, 0);
    this.#work = createWorkCount(size, { items: entries.length, bytes: this.#bytesTotal });
    this.#asked = askedFor(place.access);
    this.#limitLarge = pLimit(size * 2);
    this.#limitSmall = pLimit(size * 2 * limits.togetherMedia);
  }

  async *run(): AsyncGenerator<PipelineEvent, void> {
    const work = this.#all();
    const ticking = setInterval(() => this.#tell(true), progressIntervalMs);
    try {
      yield* this.#channel.during(work);
    } finally {
      clearInterval(ticking);
    }
  }

  async #all(): Promise<void> {
    const { output } = this.#place;
    const names = new Map<string, string>();
    const planned = this.#entries.map((entry) => {
      const earlier = output.find(entry, this.#asked);
      const target = earlier === null ? targetName(entry.path, names, output) : earlier.to.slice(0, earlier.to.lastIndexOf('.'));
      return { entry, earlier, target };
    });
    await output.release(new Set(planned.flatMap(({ earlier, target }) => (earlier === null ? [target] : []))), this.#asked);
    const all = planned.map(({ entry, earlier, target }) => {
      const isThere = earlier !== null && output.holds(earlier.to);
      if (isThere) this.#work.skip(1, entry.size);
      else this.#work.plan(entry.path, entry.size);
      return (entry.size <= limits.smallRecordingBytes ? this.#limitSmall : this.#limitLarge)(async () => {
        try {
          if (!isThere) await this.#counted(entry, target);
          else if (earlier.is === 'same') this.#place.counts.kept++;
          else this.#notConverted(entry, 'P161', `${earlier.to} was made from a file of this name with another size or date`);
          this.#done++;
          this.#tell();
        } catch (error) {
          this.#stop.abort(error);
          throw error;
        }
      });
    });
    await Promise.allSettled(all);
    this.#signal.throwIfAborted();
    if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
  }

  async #counted(entry: Entry, target: string): Promise<void> {
    // Small files finish before progress could be shown, so they have no meter.
    const meter = entry.size <= limits.smallRecordingBytes ? undefined : createMeter();
    const end = this.#work.begin(entry.path, entry.size, meter);
    await this.#one(entry, target, meter).finally(end);
  }

  /** Converts one file. @param target path of the copy below the folder, without extension */
  async #one(entry: Entry, target: string, meter: Meter | undefined): Promise<void> {
    this.#stopping.throwIfAborted();
    const { source, out, access, declarations, pool, counts } = this.#place;
    const location = await source.locate(entry, this.#stopping);
    // The partial name depends only on the target's name: the serial number of an Ogg stream follows from it, and the same input must give the same
    // bytes.
    const partial = join(out, `${partialPrefix}${sha256Hex(target).slice(0, 32)}`);
    try {
      const declared = declarationOf(entry.path, declarations);
      const task: ConvertTask = {
        kind: 'medium',
        medium: { location, name: baseName(entry.path), place: entry.path, declared, originalBase: null, accessBase: partial, access },
      };
      const result = await this.#orNotConverted(pool.run<MediumResult>(task, entry.size, meter), entry);
      if (result === null) return;
      for (const found of result.findings) this.#channel.push(findingEvent(found));
      counts.bytes += entry.size;
      counts.audioMs += result.measurement?.durationMs ?? 0;
      if (result.accessReason === alreadyOpusReason) this.#leaveOpen(entry, result);
      else if (result.access === null) this.#notConverted(entry, 'P160', `was not converted: ${result.accessReason ?? 'no copy was made'}`);
      else await this.#keep(entry, result, result.access, { partial, target });
    } finally {
      removeAccessCopies(partial);
      await source.release(location);
    }
  }

  /** Renames a finished copy to its final name and lists it. */
  async #keep(
    entry: Entry,
    result: MediumResult,
    access: AccessCopy,
    { partial, target }: { readonly partial: string; readonly target: string },
  ): Promise<void> {
    const { out, output, counts } = this.#place;
    const name = `${target}.${access.format}`;
    const full = join(out, name);
    mkdirSync(dirname(full), { recursive: true });
    renameSync(`${partial}.${access.format}`, full);
    await output.add(entry, this.#asked, name, access.sha256);
    counts.converted++;
    if (isDoubtful(result)) counts.doubtful++;
    const { path: _path, ...copy } = access;
    this.#channel.push({ type: 'result', of: 'converted', value: { from: entry.path, to: name, sourceSha256: result.original.sha256, ...copy } });
  }

  #leaveOpen(entry: Entry, result: MediumResult): void {
    const doubt = doubtOf(result);
    this.#place.counts[doubt === null ? 'skipped' : 'openDoubtful']++;
    this.#place.output.leaveOut(entry, doubt === null ? 'open already' : `already Opus, but doubtful: ${doubt}`);
    const told = doubt === null ? finding('M155', entry.path, 'left out: it is already Opus') : finding('M156', entry.path, `left out: ${doubt}`);
    this.#channel.push(findingEvent(told));
  }

  #notConverted(entry: Entry, code: FindingCode, message: string): void {
    this.#place.counts.notConverted++;
    this.#place.output.leaveOut(entry, message);
    this.#channel.push(findingEvent(finding(code, entry.path, message)));
  }

  /** Waits for the result, and catches errors that concern only this file: unreadable bytes, crashing threads, a bug. */
  async #orNotConverted(working: Promise<MediumResult>, entry: Entry): Promise<MediumResult | null> {
    try {
      return await working;
    } catch (error) {
      if (this.#stopping.aborted || (!isUnreadable(error) && !isFaultOfTask(error))) throw error;
      const why = error instanceof WorkerCrash || isUnreadable(error) ? errorText(error) : faultText(error);
      this.#notConverted(entry, 'P160', `was not converted: ${why}`);
      return null;
    }
  }

  #tell(withWork = false): void {
    const { counts } = this.#place;
    this.#channel.push({
      type: 'progress',
      phase: 'converting',
      done: this.#done,
      total: this.#entries.length,
      unit: 'files',
      bytes: counts.bytes,
      bytesTotal: this.#bytesTotal,
      audioMs: counts.audioMs,
      ...(withWork ? { work: this.#work.work() } : {}),
    });
  }
}

/** Returns the problem of a file that is playable already: the first doubt about it, or what prevents playing; null: none. */
function doubtOf({ doubts = [], findings }: MediumResult): string | null {
  return doubts[0] ?? findings.find(({ code }) => findingTable.get(code)?.severity === 'error')?.message ?? null;
}

/**
 * Returns the target name: the folders of the source, and the name with another extension. Names that would collide on some file system get a number.
 */
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

/** Returns the settings by which copies differ. The original default settings are omitted, so that older records stay valid. */
function askedFor({ format, bitratePerChannel, wideBitratePerChannel, complexity }: AccessOptions): string {
  const { standard } = qualities;
  const isUsual =
    bitratePerChannel === standard.bitratePerChannel &&
    wideBitratePerChannel === standard.wideBitratePerChannel &&
    complexity === standard.complexity;
  if (format === 'wav' || isUsual) return format;
  return [format, bitratePerChannel, ...(wideBitratePerChannel === undefined ? [] : [wideBitratePerChannel]), complexity].join(' ');
}
