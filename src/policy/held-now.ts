import { loggedEntries } from '../log/read/read-log.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import type { PlannedRecording } from '../report/retention/plan.ts';
import type { KeepingFacts } from '../report/statement/keeping.ts';
import type { PolicyTools } from './add-hold.ts';
import { planned } from './plan.ts';
import { readKeeping } from './read-keeping.ts';
import { createKeepingLog, isActive } from './state/keeping-log.ts';

/** Tools for finding out what must be kept. */
type AskingTools = Pick<PolicyTools, 'keys' | 'now' | 'temporary'>;

/** Returns the ids of all recordings that active holds of the archive protect now, without duplicates. */
export async function* heldRecordings(archiveDir: string, tools: AskingTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, readonly string[]> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { holds, lost } = yield* readKeeping(opened, tools, signal);
  for (const one of lost) yield findingEvent(one);
  const ids = new Set<string>();
  for (const { list, named } of holds) for (const set of [list, named]) for (const part of set.parts(1_000)) for (const id of part) ids.add(id);
  return [...ids];
}

/**
 * Returns which holds are active and which policy is in force, for a statement; null: the archive never had either. Reads only the entries of the log, which
 * needs no key.
 */
export async function keepingFacts(
  archive: { readonly dir: string; readonly id: string },
  { keys, now }: Pick<AskingTools, 'keys' | 'now'>,
  signal: AbortSignal,
): Promise<KeepingFacts | null> {
  const log = createKeepingLog({ of: async () => null });
  for await (const entry of loggedEntries(archive, keys, signal)) await log.take(entry);
  const [holds, versions] = [log.holds(), log.versions()];
  if (holds.length === 0 && versions.length === 0) return null;
  const nowMs = Date.parse(now());
  const active = holds.filter((hold) => isActive(hold, nowMs));
  const current = versions.at(-1);
  return {
    holds: active.map(({ id, time, recordings, following, untilMs }) => ({
      id,
      since: time,
      recordings,
      following,
      until: untilMs === null ? null : new Date(untilMs).toISOString(),
    })),
    over: holds.length - active.length,
    policy: current === undefined ? null : { version: current.version, since: current.entry.time },
  };
}

/**
 * Returns what a retention plan says about one recording; null: the archive has neither holds nor a retention policy, or the recording is not in the catalog.
 */
export async function* keepingOf(
  archiveDir: string,
  recordingId: string,
  tools: AskingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PlannedRecording | null> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const keeping = yield* readKeeping(opened, tools, signal);
  if (keeping.allHolds.length === 0 && keeping.current === null) return null;
  for (const row of opened.catalog.keepingRows([recordingId])) return planned(keeping.judge(row));
  return null;
}
