import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import type { PlannedRecording } from '../report/retention/plan.ts';
import type { PolicyTools } from './add-hold.ts';
import { planned } from './plan.ts';
import { readKeeping } from './read-keeping.ts';

/** Tools of questions about what is kept. */
type AskingTools = Pick<PolicyTools, 'keys' | 'now' | 'temporary'>;

/** Returns the ids of all recordings that active holds of the archive cover now, without duplicates. */
export async function* heldRecordings(archiveDir: string, tools: AskingTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, readonly string[]> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { holds, lost } = yield* readKeeping(opened, tools, signal);
  for (const one of lost) yield findingEvent(one);
  const ids = new Set<string>();
  for (const { list } of holds) for (const part of list.parts(1_000)) for (const id of part) ids.add(id);
  return [...ids];
}

/** Returns what a plan says about one recording; null: the archive has neither holds nor a retention policy, or the recording is not in the catalog. */
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
