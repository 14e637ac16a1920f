import { setImmediate as turn } from 'node:timers/promises';
import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';
import type { People } from '../../core/identity/people.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { type KnownParties, knownParties } from '../person/known-parties.ts';
import { findOutdated } from '../store/case-state.ts';
import { decisionsOf } from '../store/decisions.ts';
import type { FoundCase } from '../store/open-case.ts';
import { caseMessages, caseRecordings } from '../store/read-case.ts';
import { obtainMembers, type SearchedArchive } from '../store/searched-archive.ts';
import { openCase } from '../store/store.ts';
import { messageEntry, recordingEntry, type TimelineEntry } from '../timeline/entry.ts';
import { findOutside } from '../timeline/outside.ts';
import { unknownSystems } from '../timeline/same-lines.ts';
import { type Timeline, timelineOf } from '../timeline/timeline.ts';

/** The timeline of a case, and the number of files that could not be read for it. */
export interface ShownTimeline {
  readonly document: CaseDocument;
  readonly timeline: Timeline;
  /** Number of damaged or missing files. Files that the system refuses to read are counted separately. */
  readonly unreadable: number;
}

/** Yields the timeline of a case: one `result` per row and per gap. @throws LongplayError C100 to C102 */
export async function* showTimeline(
  archiveDir: string,
  wanted: string,
  { temporary, keys }: { readonly temporary: string; readonly keys: string },
  signal: AbortSignal,
  people?: People,
): AsyncGenerator<PipelineEvent, ShownTimeline> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const found = await openCase(opened.archive, wanted, keys, signal);
  const { document } = found;
  const outdated = await findOutdated(opened.archive, document.id, keys, signal);
  if (outdated !== null) yield findingEvent(outdated);
  const known = knownParties(document, people ?? null);
  for (const one of unknownSystems(known.lines, opened.catalog)) yield findingEvent(one);
  const { entries, findings } = await entriesOf(opened, found, known, signal);
  for (const one of findings) yield findingEvent(one);
  const beside = await findOutside(opened, entries, known, signal);
  for (const one of beside.findings) yield findingEvent(one);
  const timeline = timelineOf(entries, beside);
  for (const row of [...timeline.placed, ...timeline.local, ...timeline.undated]) yield { type: 'result', of: 'entry', value: { ...row } };
  for (const gap of timeline.gaps) yield { type: 'result', of: 'gap', value: { ...gap } };
  for (const one of timeline.outside) yield { type: 'result', of: 'outside', value: { ...one } };
  return { document, timeline, unreadable: findings.filter(({ code }) => !isMachineFinding(code)).length };
}

/** Returns everything in a case that its timeline shows. Lets a server answer other requests in between. */
export async function entriesOf(
  searched: SearchedArchive,
  found: FoundCase,
  known: KnownParties,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly TimelineEntry[]; readonly findings: readonly Finding[] }> {
  const { document } = found;
  const entries: TimelineEntry[] = [];
  const findings: Finding[] = [];
  await obtainMembers(
    searched,
    document.recordings.map(({ recordingId }) => recordingId),
  );
  for (const here of caseRecordings(searched, document, signal)) {
    await turn();
    if ('kind' in here) findings.push(here);
    else entries.push(recordingEntry(here.document, known, decisionsOf(document.decisions ?? [], here.document.recordingId)));
  }
  for (const imported of document.messages) {
    const list = caseMessages(found, imported);
    if ('kind' in list) findings.push(list);
    else entries.push(...list.messages.map((message) => messageEntry(imported.set, message, known)));
  }
  const other = entries.length - new Set(entries.map(({ key }) => key)).size;
  if (other > 0) findings.push(finding('C121', `cases/${document.id}`, agree`${other} message[s] [has|have] the number of another one`));
  return { entries, findings };
}
