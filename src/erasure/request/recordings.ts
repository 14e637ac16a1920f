import type { CaseReason, CaseRecording } from '../../archive/documents/case-json.ts';
import { isDecided, isOfParty } from '../../cases/person/text-hits.ts';
import { decidedBy, decisionsThatCount } from '../../cases/store/decisions.ts';
import { openCase } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';

/** Selects the recordings, rows and messages of a request; at least one member must be given. */
export interface Selection {
  /** Ids, or prefixes of them. */
  readonly ids: readonly string[];
  /** Query; null: none. */
  readonly query: ArchiveQuery | null;
  /** Id of a case whose recordings are selected; null: none. */
  readonly caseId: string | null;
  /** Rows of kept tables, as `selectRows` reads them. */
  readonly rows: readonly string[];
  /** Messages of cases, as `selectMessages` reads them. */
  readonly messages: readonly string[];
}

/** Recordings of a request. */
export interface SelectedRecordings {
  /** Their ids, in code-point order. */
  readonly ids: readonly string[];
  /** Recordings of which a reviewer decided that only files are erased, with the files as `selectFiles` reads them. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** Number of recordings of the case that were left out because nobody has decided whose they are, or what is erased of them. */
  readonly undecided: number;
}

/** Matches the end of a reason for a recording that only possibly involves the person, as `subject` and `case add --party` write it. */
const uncertainReason = /\(uncertain(?:; perhaps: its time is not certain)?\)$/;

/**
 * Returns true if a recording is in a case only because it possibly involves a person, or because it shares a key with a recording of a data subject. Earlier
 * versions took a number in a text for certain: only a party, or a decision, is.
 */
function isUncertain({ reasons }: CaseRecording, hasSubject: boolean): boolean {
  const isDoubtful = ({ kind, detail }: CaseReason): boolean => {
    if (kind === 'subject') return uncertainReason.test(detail) || !(isOfParty(detail) || isDecided(detail));
    return kind === 'party' ? uncertainReason.test(detail) : kind === 'key' && hasSubject;
  };
  return reasons.length > 0 && reasons.every(isDoubtful);
}

/** Returns the command that decides about a recording. If no party of it may be the person, there is none that `--is` could confirm. */
function decideStep(caseId: string, { recordingId, reasons }: CaseRecording): string {
  const decide = `longplay case decide ARCHIVE ${caseId} ${recordingId}`;
  const isMention = reasons.every(({ kind, detail }) => kind === 'key' || (kind === 'subject' && !isOfParty(detail)));
  return isMention
    ? `${decide} --concerns --reason TEXT, or --is-not`
    : `${decide} --is --reason TEXT, or --is-not, or --concerns if no party is the person`;
}

/**
 * Selects recordings. Those of a case that are not the data subject's, as a reviewer decided, and those about which nobody has decided, are not selected (E135).
 * @throws LongplayError usage E101, U130, U131, C100
 */
export async function* selectRecordings(
  { archive, catalog }: OpenedArchive,
  { ids, query, caseId }: Selection,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SelectedRecordings> {
  let undecided = 0;
  const parts = new Map<string, readonly string[]>();
  const chosen = new Set<string>();
  const add = (id: string): void => {
    chosen.add(id);
    if (chosen.size > limits.erasureRecordings)
      throw new LongplayError(
        'usage',
        'E101',
        agree`more than ${limits.erasureRecordings} recording[s] were chosen`,
        'make several requests, e.g. one per month: --from and --to',
      );
  };
  for (const id of ids) {
    signal.throwIfAborted();
    const [found, second] = id === '' ? [] : [...catalog.search({ recordingId: id.toLowerCase(), limit: 2 })];
    if (found === undefined)
      throw new LongplayError('usage', 'U130', `no recording has an id that begins with '${id}'`, 'longplay list ARCHIVE prints them');
    if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${id}'`, 'give more of the id');
    add(found.recordingId);
  }
  if (query !== null) {
    const asked = yield* catalogQuery(archive, catalog, query, signal);
    for (const { recordingId } of catalog.search(asked)) {
      signal.throwIfAborted();
      add(recordingId);
    }
  }
  if (caseId !== null) {
    const { document } = await openCase(archive, caseId, keys, signal);
    const { id, decisions = [] } = document;
    const leftOut = (recordingId: string, why: string): PipelineEvent =>
      findingEvent(finding('E135', recordingId, `is not part of the request: in case ${id} ${why}`));
    const decided = decidedBy(decisions);
    const counting = [...decisionsThatCount(decisions)];
    for (const recording of document.recordings) {
      const { recordingId } = recording;
      // It was chosen by its id or by the query.
      if (chosen.has(recordingId)) continue;
      const decision = decided?.(recordingId, null) ?? null;
      if (decision === 'is-not') yield leftOut(recordingId, "it was decided that it is not the data subject's; give its id");
      else if (decision === 'concerns') {
        const erase = counting.find((one) => one.recordingId === recordingId && one.party === null)?.erase ?? null;
        if (erase?.includes('recording') === true) add(recordingId);
        else if (erase?.includes('nothing') === true)
          yield leftOut(recordingId, 'it was decided that it concerns the data subject and that nothing of it is erased; give its id');
        else if (erase !== null) parts.set(recordingId, erase);
        else {
          undecided++;
          yield leftOut(
            recordingId,
            `it was decided that it concerns the data subject, who is no party, but not what is erased; longplay case decide ARCHIVE ${id} ${recordingId} --concerns --erase recording --reason TEXT, or --erase nothing, or --erase and names of its files`,
          );
        }
      } else if (decision === 'is' || !isUncertain(recording, document.subject !== null)) add(recordingId);
      else {
        undecided++;
        yield leftOut(
          recordingId,
          `it is not certain whose it is, and nobody has decided; ${document.subject === null ? 'if it is to be erased, give its id' : decideStep(id, recording)}`,
        );
      }
    }
  }
  return { ids: [...chosen].sort(byCodePoint), parts, undecided };
}
