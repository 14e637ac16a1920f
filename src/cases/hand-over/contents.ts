import { type Finding, finding } from '../../core/findings/finding.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { counted } from '../../core/words/quantity.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { ownTimeline } from '../mask/masking.ts';
import type { CaseMessage } from '../messages/message.ts';
import { type KnownParties, knownParties } from '../person/known-parties.ts';
import { decisionsOf } from '../store/decisions.ts';
import type { Draft } from '../store/draft.ts';
import { caseRecording } from '../store/read-case.ts';
import { messagesItem } from '../store/review-state.ts';
import { obtainFilesOf, obtainMembers } from '../store/searched-archive.ts';
import { messageEntry, recordingEntry, type TimelineEntry } from '../timeline/entry.ts';
import { findOutside } from '../timeline/outside.ts';
import { unknownSystems } from '../timeline/same-lines.ts';
import { type Timeline, timelineOf } from '../timeline/timeline.ts';
import { type ExportedRecording, type ExportParts, exportComparisons, exportMessages, exportRecording, listedDocuments } from './export-parts.ts';
import type { PreparedHandOver } from './prepare.ts';
import { messagesTime, recordingTime, type WithheldTime } from './withheld.ts';
import type { HandOverWork } from './work.ts';

/** The contents of a hand-over, and what is known about the items that it omits. */
export interface HandOverContents {
  readonly exported: readonly ExportedRecording[];
  readonly messages: readonly { readonly set: number; readonly message: CaseMessage }[];
  readonly timeline: Timeline;
  /** Times of withheld recordings and of all files of messages, by item. */
  readonly times: ReadonlyMap<string, WithheldTime>;
  /** Numbers of files that differ from what was recorded, of files that cannot be read, and of recordings with a proof. */
  readonly counts: Readonly<Record<'corrupt' | 'unreachable' | 'leftOut' | 'proofs', number>>;
  /** Number of recordings in which other persons are audible. */
  readonly othersHeard: number;
}

/** A hand-over that is being filled. */
interface Filling {
  readonly work: HandOverWork;
  readonly prepared: PreparedHandOver;
  readonly parts: ExportParts;
  readonly known: KnownParties;
  readonly exported: ExportedRecording[];
  readonly messages: { readonly set: number; readonly message: CaseMessage }[];
  readonly entries: FilledEntries;
  readonly times: Map<string, WithheldTime>;
  readonly counts: Record<'corrupt' | 'unreachable' | 'leftOut' | 'proofs', number>;
}

/** Entries of the timeline of the case. */
interface FilledEntries {
  /** Entries of this hand-over. */
  readonly given: TimelineEntry[];
  /** Entries that this hand-over omits, because they are withheld or were handed over before. */
  readonly hidden: TimelineEntry[];
  /** All entries, unmasked: persons to be masked can be found only in these. */
  readonly plain: TimelineEntry[];
}

/** Copies the part of a case that is handed over into the draft of the bag, masked if requested. */
export async function* fillHandOver(work: HandOverWork, prepared: PreparedHandOver, draft: Draft): AsyncGenerator<PipelineEvent, HandOverContents> {
  const { document, request, opened } = work;
  const filling: Filling = {
    work,
    prepared,
    parts: partsOf(work, prepared, draft),
    known: knownParties(document, request.people ?? null),
    exported: [],
    messages: [],
    entries: { given: [], hidden: [], plain: [] },
    times: new Map(),
    counts: { corrupt: 0, unreachable: 0, leftOut: 0, proofs: 0 },
  };
  for (const { set, why } of prepared.messages.unread) if (prepared.plan.gives(messagesItem(set))) yield leftOutEvent(filling, why);
  for (const one of unknownSystems(filling.known.lines, opened.catalog)) yield findingEvent(one);
  const idsOf = (recordings: typeof document.recordings): readonly string[] => recordings.map(({ recordingId }) => recordingId);
  await obtainMembers(opened, idsOf(document.recordings));
  await obtainFilesOf(opened, idsOf(prepared.plan.given.recordings));
  for (const { recordingId } of document.recordings) yield* fillRecording(filling, recordingId);
  yield* fillMessages(filling);
  yield* fillComparisons(filling);
  const { exported, messages, times, counts } = filling;
  const othersHeard = exported.filter((one) => one.othersHeard).length;
  if (othersHeard > 0)
    yield findingEvent(finding('C164', document.id, `others are audible in ${othersHeard} of ${counted(exported.length, 'recording')}`));
  return { exported, messages, timeline: yield* filledTimeline(filling), times, counts, othersHeard };
}

function partsOf({ opened: { archive }, document, request, signal }: HandOverWork, { prover, mask }: PreparedHandOver, draft: Draft): ExportParts {
  const { mediaTypes, decodeOpus } = request;
  return { archive, documents: listedDocuments(archive), draft, prover, mask, mediaTypes, decodeOpus, signal, country: document.country };
}

/** Counts a file that is not handed over, and returns the event that reports it. */
function leftOutEvent({ counts }: Pick<Filling, 'counts'>, why: Finding): PipelineEvent {
  counts[isMachineFinding(why.code) ? 'unreachable' : 'corrupt']++;
  if (why.code === 'C199') counts.leftOut++;
  return findingEvent(why);
}

/** Adds a recording to the timeline and, unless this hand-over omits it, to the bag. */
async function* fillRecording(filling: Filling, recordingId: string): AsyncGenerator<PipelineEvent> {
  const { work, prepared, parts, known, exported, entries, times, counts } = filling;
  const { document, opened, signal } = work;
  const { plan, masking, mask, prover } = prepared;
  signal.throwIfAborted();
  const isGiven = plan.gives(recordingId);
  const here = caseRecording(opened, recordingId, prover.landed);
  if ('kind' in here) {
    if (isGiven) yield leftOutEvent(filling, here);
    return;
  }
  if (masking?.denied.has(recordingId) === true) return;
  entries.plain.push(recordingEntry(here.document, known));
  const decided = decisionsOf(document.decisions ?? [], recordingId, mask?.text);
  const entry = recordingEntry(mask === null ? here.document : mask.document(here.document), known, decided);
  if (!isGiven) {
    entries.hidden.push(entry);
    times.set(recordingId, recordingTime(here.document, document.country));
    return;
  }
  entries.given.push(entry);
  const one = await exportRecording(here, parts);
  for (const said of one.findings) yield findingEvent(said);
  counts.corrupt += one.corrupt;
  counts.unreachable += one.unreachable;
  if (one.hasProof) counts.proofs++;
  exported.push(one);
  const { length: total } = plan.given.recordings;
  const { bytes } = one;
  yield { type: 'progress', phase: 'exporting', done: exported.length, total, unit: 'recordings', bytes, bytesTotal: null, audioMs: 0 };
}

/** Adds all messages to the timeline, and the messages that are handed over to the bag. */
function* fillMessages(filling: Filling): Generator<PipelineEvent> {
  const { work, prepared, parts, known, messages, entries, times } = filling;
  const { plan, mask } = prepared;
  for (const { imported, messages: some } of prepared.messages.lists) {
    const { set } = imported;
    const isGiven = plan.gives(messagesItem(set));
    times.set(messagesItem(set), messagesTime(some));
    for (const one of some) {
      const message = mask === null ? one : mask.message(one);
      entries.plain.push(messageEntry(set, one, known));
      (isGiven ? entries.given : entries.hidden).push(messageEntry(set, message, known));
      if (isGiven) messages.push({ set, message });
    }
  }
  for (const said of exportMessages(work, plan.given, messages, parts)) yield partEvent(filling, said);
}

/** Adds the comparisons. A comparison names everything in a case, so comparisons are withheld if anything is withheld. */
function* fillComparisons(filling: Filling): Generator<PipelineEvent> {
  const { work, prepared, parts } = filling;
  for (const said of exportComparisons(work, prepared.plan.document === work.document, parts)) yield partEvent(filling, said);
}

/** Reports a finding about a part of the case. Counts it if it means that an altered or unreadable file is not handed over. */
function partEvent(filling: Filling, said: Finding): PipelineEvent {
  return said.code === 'C121' || isMachineFinding(said.code) ? leftOutEvent(filling, said) : findingEvent(said);
}

/** Returns the timeline of what is handed over, with its gaps. */
async function* filledTimeline({ work, prepared: { masking, mask }, known, entries }: Filling): AsyncGenerator<PipelineEvent, Timeline> {
  // Calls between other persons only must not be revealed.
  const shown = (one: RecordingDocument): RecordingDocument | null =>
    masking === null ? one : masking.isAbout(one) ? masking.mask.document(one) : null;
  const beside = await findOutside(work.opened, entries.plain, known, work.signal, shown);
  for (const one of beside.findings) yield findingEvent(one);
  const whole = timelineOf(entries.given, beside, entries.hidden);
  return mask === null ? whole : ownTimeline(whole, mask);
}
