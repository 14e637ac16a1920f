import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sweepDrafts } from '../archive/draft-place.ts';
import { agree } from '../core/base/agree.ts';
import { finding } from '../core/findings/finding.ts';
import type { NewEntry } from '../log/entries/log-entry.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { settleLandings } from '../pipeline/import/settle-landings.ts';
import { atRestOf } from '../sealing/stored/archive-secrets.ts';
import { type Job, jobNames, listJobs, plannedBags, readPlannedBag, removeJob, removeLeftovers } from '../store/jobs/plan.ts';
import type { BagEraser } from './execute/bag.ts';

/** Completes the landings that interrupted imports and erasures left open, so that every bag of the archive is in the log, and removes what they left of plans that were never finished. */
export async function* settleImports({ archive, log, catalog, enter }: BagEraser, now: string, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  const jobs = join(archive.dir, 'jobs');
  if (existsSync(jobs)) await removeLeftovers(jobs, signal);
  // A stopped erasure announces bags, too: amendments with excerpts.
  if (log.announcedBags().size === 0 && (!existsSync(jobs) || jobNames(jobs).length === 0)) return;
  const entering = {
    landedBags: () => log.landedBags(),
    announcedBags: () => log.announcedBags(),
    append: (type: NewEntry['type'], detail: NewEntry['detail']) => enter([{ type, detail }]),
    appendAll: enter,
  };
  yield* settleLandings(archive, { log: entering, catalog }, plannedBags(jobs), now, signal);
}

/** What an erasure is about, for unfinished imports. */
export interface ErasedNow {
  /** Returns true for recordings that are erased whole or in part, or were. */
  readonly isConcerned: (recordingId: string) => boolean;
  /** True: a request is executed now, so a table that an import read before may have rows of its recordings. */
  readonly isExecuting: boolean;
}

/**
 * Discards each unfinished import that would bring back what is erased: one that planned a concerned recording, or one that keeps tables which it read before a request that is executed now. Its plan, its
 * drafts and its copies of tables are removed; bags that have landed stay, and the same import, repeated, makes a new plan. The log records it first, and a stop leaves no half of a plan that is recognised.
 * @throws LongplayError P150, P153 if a plan cannot be read
 */
export async function* discardImports({ archive, enter }: BagEraser, erased: ErasedNow, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  const jobs = join(archive.dir, 'jobs');
  const gone = new Set<string>();
  for (const job of listJobs(jobs, atRestOf(archive).jobsKey)) {
    signal.throwIfAborted();
    const recordings = await concernedIn(job, erased.isConcerned);
    if (recordings === 0 && !(erased.isExecuting && job.head.tables !== undefined)) continue;
    const { jobId } = job.head;
    await enter([{ type: 'import-discarded', detail: { job: jobId } }]);
    await removeJob(job);
    gone.add(jobId);
    const why = recordings > 0 ? agree`its plan has ${recordings} erased recording[s]` : 'its tables may have rows of erased recordings';
    yield findingEvent(finding('E130', `jobs/${jobId}`, `was discarded: ${why}; to import the rest, repeat the same \`longplay import\``));
  }
  if (gone.size > 0) await sweepDrafts(archive, (owner) => gone.has(owner));
}

async function concernedIn(job: Job, isConcerned: ErasedNow['isConcerned']): Promise<number> {
  let recordings = 0;
  for (const bag of job.head.bags.keys())
    for (const { recordingId, supersedes } of await readPlannedBag(job, bag))
      if (isConcerned(recordingId) || (supersedes !== null && isConcerned(supersedes))) recordings++;
  return recordings;
}
