import { dueState } from '../../archive/documents/case-due.ts';
import type { CaseDecision, CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import { decisionsThatCount } from '../../cases/store/decisions.ts';
import type { TimelineEntry } from '../../cases/timeline/entry.ts';
import type { PageCase, PageCaseEntry, PageCaseParty, PageCaseReason, PageCaseView } from '../../core/page/data.ts';
import { isHandedOver } from '../../log/read/case-digests.ts';
import type { CaseEntry } from '../../log/who/case-entries.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { knownDetails } from '../../log/who/known-details.ts';
import { shownNote } from '../../pipeline/notes/notes.ts';
import type { ServerContext } from '../answer/server-context.ts';

/** Largest number of notes of a case that are sent to the page. */
const mostNotes = 2_000;
/** Largest number of parties of a recording that the page offers for a decision. The command line accepts all parties. */
const mostParties = 20;

/** Returns a case in the form that lists show. */
export function pageCase({ caseEntries, caseTools }: Pick<ServerContext, 'caseEntries' | 'caseTools'>, document: CaseDocument): PageCase {
  const { id, title, createdAt, createdBy, subject, recordings, messages } = document;
  const sum = messages.reduce((before, one) => before + one.messages, 0);
  const entries = caseEntries(id);
  const changedAt = entries.findLast(isChange)?.time ?? null;
  const head = { id, title, createdAt, createdBy, isAboutSomebody: subject !== null, recordings: recordings.length, messages: sum };
  const handedOver = entries.flatMap((entry) => (isHandedOver(entry) ? [entry.time] : []));
  const { due, daysLeft, metAt } = dueState(document, handedOver, caseTools.now());
  const deadline = due === null || daysLeft === null ? {} : { deadline: { due, daysLeft, isMet: metAt !== null } };
  return { ...head, changedAt, state: stateOf(entries), ...deadline };
}

function isChange({ type }: CaseEntry): boolean {
  return type === 'case-changed' || type === 'case-messages';
}

function stateOf(entries: readonly CaseEntry[]): PageCase['state'] {
  const handedOver = entries.findLastIndex(isHandedOver);
  if (handedOver < 0) return 'open';
  return entries.slice(handedOver).some(isChange) ? 'changed' : 'handed-over';
}

/** Returns the decisions about a recording as reasons. */
function decided(decisions: readonly CaseDecision[], counting: ReadonlySet<CaseDecision>, recordingId: string): PageCaseReason[] {
  return decisions
    .filter((one) => one.recordingId === recordingId)
    .map((one) => ({
      kind: `decided-${one.decision}`,
      detail: [one.party ?? '', one.reason].filter((text) => text !== '').join(': '),
      at: one.at,
      by: one.by,
      ...(counting.has(one) ? {} : { isOver: true }),
    }));
}

/** Returns the reviews of a recording as reasons. */
function reviewed(reviews: readonly CaseReview[], recordingId: string): PageCaseReason[] {
  return reviews
    .filter(({ item }) => item === recordingId)
    .map(({ state, reason, at, by }) => ({ kind: `reviewed-${state}`, detail: reason, at, by }));
}

/** Returns the parties of a recording on whom a user can decide, named as in the timeline. */
function partiesOf({ parties, accounts }: TimelineEntry): PageCaseParty[] {
  const named = (list: TimelineEntry['parties'], before: string): PageCaseParty[] =>
    list.slice(0, mostParties).map(({ role, label }, at) => ({ field: `${before}parties[${at}]`, role, label }));
  return [...named(parties, ''), ...accounts.flatMap((account, at) => named(account.parties, `accounts[${at}].`))].slice(0, mostParties);
}

/** Returns what the page of a case shows in addition to the timeline. @param entries timeline entries of the case's recordings, as far as they could be read */
export async function besideTimeline(
  context: Pick<ServerContext, 'archive' | 'notes' | 'caseEntries'>,
  { id, subject, recordings, removed, decisions = [], reviews = [] }: CaseDocument,
  entries: readonly TimelineEntry[],
): Promise<Pick<PageCaseView, 'about' | 'members' | 'removed' | 'notes' | 'custody'>> {
  const beside = createDetailsReader(context.archive.dir);
  const notes: PageCaseView['notes'][number][] = [];
  for (const { recordingId } of recordings) {
    for (const note of context.notes().of(recordingId)) {
      if (notes.length >= mostNotes) break;
      notes.push({ recording: recordingId, note: await shownNote(note, beside) });
    }
  }
  const custody: PageCaseEntry[] = [];
  for (const entry of context.caseEntries(id)) {
    const { seq, time, type, detail } = entry;
    // The preceding entry about the export contains the same facts.
    if (type === 'handed-over') continue;
    const { details, unknown } = await knownDetails(entry, beside);
    const { deed: action, recordings: number, messages, sha256 } = detail;
    custody.push({
      seq,
      time,
      what: typeof action === 'string' ? action : type,
      by: typeof details?.user === 'string' ? details.user : null,
      unknown,
      recordings: typeof number === 'number' ? number : null,
      messages: typeof messages === 'number' ? messages : null,
      sha256: typeof sha256 === 'string' ? sha256 : null,
    });
  }
  const counting = decisionsThatCount(decisions);
  const known = new Map(subject === null ? [] : entries.map((entry) => [entry.key, partiesOf(entry)]));
  return {
    about: subject ?? [],
    members: recordings.map(({ recordingId, reasons }) => ({
      recording: recordingId,
      reasons: [...reasons, ...decided(decisions, counting, recordingId), ...reviewed(reviews, recordingId)],
      parties: known.get(recordingId) ?? [],
    })),
    removed: removed.map(({ recordingId, ...rest }) => ({ recording: recordingId, ...rest })),
    notes,
    custody,
  };
}
