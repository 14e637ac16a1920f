import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { CaseMessage } from '../messages/message.ts';
import { judgedParties, searchRecording, surenessOf } from '../person/find-person.ts';
import { personIn, subjectOf } from '../person/known-person.ts';
import { caseRecordings } from '../store/read-case.ts';
import { obtainMembers, type SearchedArchive } from '../store/searched-archive.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { namesInTexts } from './archive-names.ts';
import { type Mask, maskFor } from './mask.ts';

/** How a case is masked. */
export interface Masking {
  readonly mask: Mask;
  /** Ids of recordings that, by decision, are not about the data subject. They are left out. */
  readonly denied: ReadonlySet<string>;
  /** Ids of recordings that may be about the data subject and about which nobody has decided. */
  readonly undecided: ReadonlySet<string>;
  /** Returns true if the data subject certainly took part in a recording. */
  isAbout(document: RecordingDocument): boolean;
  readonly findings: readonly Finding[];
}

/** Prepares the masking: reads the whole case, and searches the archive for names in its texts. */
export async function maskingOf(
  searched: SearchedArchive,
  document: CaseDocument,
  lists: readonly { readonly messages: readonly CaseMessage[] }[],
  signal: AbortSignal,
): Promise<Masking> {
  const { country, decisions = [], reviews = [], title } = document;
  const person = await personIn(searched, subjectOf(document), country, signal, decisions);
  const denied = new Set<string>();
  const undecided = new Set<string>();
  const documents = function* () {
    for (const here of caseRecordings(searched, document, signal)) {
      if ('kind' in here) continue;
      const { recordingId } = here.document;
      if (person.decided?.(recordingId, null) === 'is-not') denied.add(recordingId);
      else if (surenessOf(searchRecording(searched.archive.dir, here.found, person).hits) !== 'certain') undecided.add(recordingId);
      yield here.document;
    }
  };
  const messages = lists.flatMap((one) => one.messages);
  const texts = [
    title,
    ...[...decisions, ...reviews].map(({ reason }) => reason),
    ...messages.flatMap(({ channel, subject: about, text }) => [channel, about ?? '', text]),
  ];
  const names = await namesInTexts(searched, person, texts, signal);
  await obtainMembers(
    searched,
    document.recordings.map(({ recordingId }) => recordingId),
  );
  const mask = maskFor(person, documents(), messages, names);
  const findings = [
    ...(undecided.size === 0
      ? []
      : [finding('C162', document.id, agree`${undecided.size} recording[s] may not involve its data subject, and [is|are] undecided`)]),
    ...(denied.size === 0
      ? []
      : [
          finding('C163', document.id, agree`${denied.size} recording[s] [does|do] not involve its data subject, by decision, and [is|are] left out`),
        ]),
  ];
  const isAbout = (one: RecordingDocument): boolean => judgedParties(one, person).some(({ judgement }) => judgement.sureness === 'certain');
  return { mask, denied, undecided, isAbout, findings };
}

/** Returns the timeline without gaps of others, and without calls in which only others took part. */
export function ownTimeline(timeline: Timeline, { isOther }: Pick<Mask, 'isOther'>): Timeline {
  const isOwn = ({ parties }: { readonly parties: readonly string[] }): boolean => parties.some((label) => !isOther(label));
  return { ...timeline, gaps: timeline.gaps.filter(isOwn), moreGaps: 0, outside: timeline.outside.filter(isOwn), moreOutside: 0, notLooked: 0 };
}

/**
 * Returns the masked case. It contains only the members listed here, so that a member of a later version is not handed over by mistake. Leaves out what
 * reasons, titles and file names say about others. Also leaves out recordings that are not about the data subject, or were removed from the case, because their
 * ids belong to calls of others.
 */
export function maskedCase(document: CaseDocument, { mask, denied }: Pick<Masking, 'mask' | 'denied'>): CaseDocument {
  const { format, version, id, archive, title, createdAt, createdBy, country, subject, recordings, decisions, reviews, messages, searches } =
    document;
  const isLeft = ({ recordingId }: { readonly recordingId: string }): boolean => !denied.has(recordingId);
  return {
    format,
    version,
    id,
    archive,
    title: mask.text(title),
    createdAt,
    createdBy,
    country,
    subject,
    recordings: recordings
      .filter(isLeft)
      .map(({ recordingId, reasons }) => ({ recordingId, reasons: reasons.map((reason) => ({ ...reason, detail: '' })) })),
    removed: [],
    ...(decisions === undefined ? {} : { decisions: decisions.filter(isLeft).map((one) => ({ ...one, reason: mask.text(one.reason) })) }),
    ...(reviews === undefined
      ? {}
      : { reviews: reviews.filter(({ item }) => !denied.has(item)).map((one) => ({ ...one, reason: mask.text(one.reason) })) }),
    messages: messages.map((imported) => ({ ...imported, name: '', files: [] })),
    // The words of a search may name anybody.
    ...(searches === undefined ? {} : { searches: searches.map((one) => ({ ...one, words: 'a question that is masked' })) }),
  };
}
