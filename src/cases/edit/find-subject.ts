import type { CaseDocument, CaseReason } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { nameKey } from '../../core/identity/judge-party.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Expanded } from '../../core/identity/people.ts';
import { periodText } from '../../core/identity/period.ts';
import { type Person, personOf } from '../../core/identity/person.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { readNumber } from '../../core/numbers/number-reading.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';
import { standingBagsOf } from '../../pipeline/open/landed-bags.ts';
import { type BagsNotIndexed, bagsNotIndexed } from '../../pipeline/open/left-out-bags.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { findPerson, isDamaged, refusedFindings, type SearchedRecording, surenessOf } from '../person/find-person.ts';
import { subjectReasons } from '../person/gather.ts';
import { searchedPlaces } from '../person/kept-kinds.ts';
import { keptSubject, personIn, type RequestedPerson, valuesOf } from '../person/known-person.ts';
import type { SearchedMessages } from '../person/search-messages.ts';
import type { Hit } from '../person/text-hits.ts';
import { deletedCases } from '../store/case-state.ts';
import { changeCase, createCase, withRecordings } from '../store/store.ts';
import { withSearch } from './case-search.ts';
import { copyMessages } from './copy-messages.ts';
import type { CaseWork } from './edit-case.ts';
import { searchCases, searchCaseTexts, searchDetails, searchKeptTables } from './search-outside-recordings.ts';

/** A data subject request: the person, and what to do with the recordings found. */
export interface SubjectRequest extends RequestedPerson {
  /** Digits of a calling code; null: national numbers are compared by their last digits. */
  readonly country: string | null;
  /** Title of the case to open for the recordings; null: no case is opened. */
  readonly caseTitle: string | null;
  /** True if recordings that only possibly involve the person are added to the case, too. */
  readonly uncertain: boolean;
}

/** What the archive contains about a person, what was searched and what could not be searched. */
export interface SubjectAnswer {
  readonly certain: number;
  readonly uncertain: number;
  /** Number of lines in kept tables that name the person. */
  readonly inTables: Readonly<Record<Sureness, number>>;
  /** Number of messages of cases that name the person. */
  readonly inMessages: Readonly<Record<Sureness, number>>;
  /** Number of cases that themselves name the person, e.g. in the title or in the words of a search. */
  readonly inCases: Readonly<Record<Sureness, number>>;
  /** Number of log entries whose details name the person, e.g. notes and reasons. */
  readonly inLog: Readonly<Record<Sureness, number>>;
  /** What was searched for, in words. */
  readonly spellings: readonly string[];
  /** The person's entry in the register, and what the entry lacks; null without one. */
  readonly register: Pick<Expanded, 'key' | 'lacks'> | null;
  readonly searched: {
    readonly bags: number;
    readonly recordings: number;
    readonly tables: number;
    readonly messages: number;
    readonly fields: readonly string[];
  };
  readonly notSearched: NotSearched;
  readonly caseId: string | null;
  /** Number of messages that were copied into the case. */
  readonly copiedMessages: number;
}

/** What the answer cannot cover. */
export interface NotSearched extends BagsNotIndexed {
  /** Number of recordings whose `recording.json` is damaged or missing. */
  readonly unreadable: number;
  /** Number of recordings whose `recording.json`, rows or sidecars cannot be read now but may be intact. */
  readonly unreachable: number;
  /** Number of kept tables that are damaged or missing. */
  readonly unreadableTables: number;
  /** Number of kept tables that are not text, or that cannot be read now. */
  readonly closedTables: number;
  /** Number of cases, and of files of messages in other cases, that are damaged or missing. */
  readonly unreadableMessages: number;
  /** Number of cases, and of files of messages in other cases, that cannot be opened now, e.g. because the keyring lacks their secrets. */
  readonly closedMessages: number;
  /** Number of cases in an older state than the log names: what was added since was not searched. */
  readonly outdatedCases: number;
  /** Number of log entries whose details are missing or altered. */
  readonly unreadableDetails: number;
  /** Number of log entries whose details the keyring cannot open. */
  readonly closedDetails: number;
  /** Number of recordings without a hit that contain numbers masked by the recorder or truncated by a spreadsheet. */
  readonly closedNumbers: number;
  /** Number of recordings without a hit whose rows or sidecars are not text. */
  readonly closedSources: number;
  /** Number of recordings without a hit that the recorder encrypted, so that nobody can listen for the speakers. */
  readonly encrypted: number;
  /** Number of recordings without a hit that name no party. */
  readonly nameless: number;
}

/** End of the words of a search that adds what is not certain to a case. */
export const uncertainOption = ', --uncertain';

/**
 * Finds everything that an archive contains about a person. Yields one `result` per recording, certain or not, with the fields that match, one per kept
 * table with its lines, one per message of a case, one per case that itself names the person, and one per log entry whose details do. The results contain nothing about other persons.
 * @throws LongplayError usage C104, U312
 */
export async function* findSubject(
  archiveDir: string,
  request: SubjectRequest,
  tools: CaseWork & EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SubjectAnswer> {
  const asked = valuesOf(request);
  if (personOf(asked.values, request.country).spellings.length === 0)
    throw new LongplayError('usage', 'U312', 'no person is named', 'give a number, a name or an id');
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive, catalog } = opened;
  const person = await personIn(opened, asked, request.country, signal);
  const tally = createSubjectTally(request);
  const total = catalog.totals({}).recordings;
  for await (const looked of findPerson(opened, {}, person, signal)) {
    const done = tally.take(looked);
    if (done % 1_000 === 0) yield { type: 'progress', phase: 'reading', done, total, unit: 'recordings', bytes: 0, bytesTotal: null, audioMs: 0 };
    const { found, hits } = looked;
    for (const one of refusedFindings(looked)) yield findingEvent(one);
    if (isDamaged(looked))
      yield findingEvent(
        finding('P131', `bags/${found.bag}/data/${found.recordingId}/recording.json`, 'cannot be read, so it is unknown whom it concerns'),
      );
    const sureness = surenessOf(hits);
    if (sureness === null) continue;
    const { recordingId, start, startCertainty, importer, site, status, bag } = found;
    yield { type: 'result', of: 'subject', value: { recordingId, bag, start, startCertainty, importer, site, status, sureness, hits } };
  }
  const tables = yield* searchKeptTables(opened, person, signal);
  const bags = new Set(catalog.bags());
  const { leftOutBags, missingBags } = bagsNotIndexed(archive, catalog, await standingBagsOf(archive, tools.keys, signal));
  const inMessages = yield* searchCases(opened.archive, person, tools, signal);
  const inCases = yield* searchCaseTexts(archive, person, await deletedCases(archive, tools.keys, signal), signal);
  const inLog = yield* searchDetails(archive, person, tools, signal);
  const { unreadable } = tally.notSearched;
  if (unreadable + missingBags + leftOutBags + tables.damaged > 0)
    yield findingEvent(
      finding(
        'C130',
        archiveDir,
        `${agree`${unreadable} recording[s] cannot be read, ${missingBags} bag[s] [is|are] not there`}${leftOutBags === 0 ? '' : agree`, ${leftOutBags} bag[s] [is|are] in an earlier state and [was|were] left out with all of [its|their] recordings`}${tables.damaged === 0 ? '' : agree`, ${tables.damaged} kept table[s] cannot be read`}`,
      ),
    );
  const made = yield* openSubjectCase(archive, request, { person, tally, messages: inMessages.files }, tools, signal);
  return {
    ...tally.counts,
    inTables: tables.lines,
    inMessages: inMessages.counts,
    inCases,
    inLog: inLog.counts,
    spellings: spellingsOf(person),
    register: request.register === null ? null : { key: request.register.key, lacks: request.register.lacks },
    searched: { bags: bags.size, recordings: tally.taken(), tables: tables.searched, messages: inMessages.searched, fields: searchedPlaces },
    notSearched: {
      ...tally.notSearched,
      unreadableTables: tables.damaged,
      closedTables: tables.closed,
      unreadableMessages: inMessages.damaged,
      closedMessages: inMessages.closed,
      outdatedCases: inMessages.outdated,
      unreadableDetails: inLog.unreadable,
      closedDetails: inLog.closed,
      missingBags,
      leftOutBags,
    },
    ...made,
  };
}

/** Counts the searched recordings by what is known about them, and keeps the hits for the case. */
interface SubjectTally {
  /** Takes the next recording and returns how many have been taken. */
  take(looked: SearchedRecording): number;
  taken(): number;
  readonly counts: Readonly<Record<Sureness, number>>;
  readonly notSearched: Readonly<
    Omit<
      NotSearched,
      | 'missingBags'
      | 'leftOutBags'
      | 'unreadableTables'
      | 'closedTables'
      | 'unreadableMessages'
      | 'closedMessages'
      | 'outdatedCases'
      | 'unreadableDetails'
      | 'closedDetails'
    >
  >;
  /** Hits of the recordings for the case. */
  readonly into: ReadonlyMap<string, readonly Hit[]>;
}

function createSubjectTally({ uncertain }: Pick<SubjectRequest, 'uncertain'>): SubjectTally {
  let taken = 0;
  const counts = { certain: 0, uncertain: 0 };
  const notSearched = { unreadable: 0, unreachable: 0, closedNumbers: 0, closedSources: 0, encrypted: 0, nameless: 0 };
  const into = new Map<string, readonly Hit[]>();
  const takeWithoutHit = ({ recording }: RecordingDocument, { found, closedNumbers, closedSources }: SearchedRecording): void => {
    if (closedNumbers > 0) notSearched.closedNumbers++;
    if (closedSources > 0) notSearched.closedSources++;
    if (found.status === 'encrypted-no-key') notSearched.encrypted++;
    const isNamed = [recording, ...(recording.accounts ?? [])].some(({ parties }) =>
      parties.some(({ phone, name, agentId }) => phone !== null || name !== null || agentId !== null),
    );
    if (!isNamed) notSearched.nameless++;
  };
  return {
    take: (looked) => {
      const { found, document, hits, refused } = looked;
      const sureness = surenessOf(hits);
      if (refused.length > 0) notSearched.unreachable++;
      if (isDamaged(looked)) notSearched.unreadable++;
      else if (document !== null && sureness === null) takeWithoutHit(document, looked);
      else if (sureness !== null) {
        counts[sureness]++;
        if (sureness === 'certain' || uncertain) into.set(found.recordingId, hits);
      }
      return ++taken;
    },
    taken: () => taken,
    counts,
    notSearched,
    into,
  };
}

/** What was found, for a case. */
interface Found {
  readonly person: Person;
  readonly tally: SubjectTally;
  readonly messages: readonly SearchedMessages[];
}

/** Opens a case with the recordings and messages of the person, if the request asks for one. @returns id of the case; null: none was requested */
async function* openSubjectCase(
  archive: Archive,
  request: SubjectRequest,
  { person, tally: { into, counts, notSearched }, messages }: Found,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Pick<SubjectAnswer, 'caseId' | 'copiedMessages'>> {
  const { caseTitle: title, country } = request;
  if (title === null) return { caseId: null, copiedMessages: 0 };
  const made = await createCase(archive, { title, country, ...keptSubject(person, request) }, tools);
  const stamp = { at: tools.now(), by: tools.user() };
  const reasons = new Map([...into].map(([id, hits]) => [id, subjectReasons(hits).map((reason): CaseReason => ({ ...reason, ...stamp }))]));
  const search = {
    ...stamp,
    words: `everything about ${made.subject?.join(' | ') ?? ''}${request.uncertain ? uncertainOption : ''}`,
    found: into.size,
    uncertainLeftOut: request.uncertain ? 0 : counts.uncertain,
    perhapsInTime: 0,
    undatedLeftOut: 0,
    unreadable: notSearched.unreadable,
  };
  const fill = async (document: CaseDocument): Promise<CaseDocument> => withSearch(document, withRecordings(document, reasons).document, search);
  const surenesses = request.uncertain ? (['certain', 'uncertain'] as const) : (['certain'] as const);
  // Certain and uncertain messages of a file are separate files of the case, so that a review can withhold the uncertain ones.
  const wanted = surenesses.flatMap((sureness) =>
    messages.map((file) => ({ ...file, messages: file.messages.filter((one) => one.sureness === sureness) })),
  );
  const copiedMessages = yield* copyMessages(archive, made.id, wanted, tools, signal);
  await changeCase(archive, made.id, { action: 'recordings-added', change: fill }, tools, signal);
  return { caseId: made.id, copiedMessages };
}

/** Describes what was searched for. */
function spellingsOf({ spellings, plan, sharedNames }: Person): string[] {
  return spellings.flatMap(({ raw, kind, words, id, period, isShared, isOthers, entry }) => {
    if (isOthers) return [];
    if (entry !== null) {
      const when = period === null ? '' : `, ${periodText(period)}`;
      return [`${raw}: a ${kind} (${entry}${when})${isShared ? '; not certain alone: somebody else has it, too' : ''}`];
    }
    const said: string[] = [];
    const number = readNumber(raw, plan);
    if (number !== null) {
      const { kind, digits } = number;
      const { countryCode = null, trunkPrefixes = [] } = plan ?? {};
      const inside =
        countryCode !== null && digits.startsWith(countryCode) ? trunkPrefixes.map((prefix) => prefix + digits.slice(countryCode.length)) : [];
      const forms = kind === 'international' ? [`+${digits}`, `00${digits}`, ...inside] : [raw.replace(/\D/g, '')];
      said.push(`${raw}: as ${forms.join(', ')}, with any separators, in SIP addresses and in file names`);
      if (digits.length >= 7)
        said.push(
          `${raw}: not certain: spellings without its country or its beginning, rounded by spreadsheets, with lost zeros, masked by the recorder`,
        );
    }
    if (words.length > 0)
      said.push(`${raw}: as the words ${words.join(', ')}, in any order, without case and accents; not certain: among other words`);
    if (sharedNames.has(nameKey(words)))
      said.push(`${raw}: others in the archive have this name as well, with other numbers or ids: the name alone is not certain`);
    if (kind === 'extension') said.push(`${raw}: a short number alone is not certain: its owner at the time of a call is not stated`);
    if (number === null || number.digits.length <= 6) said.push(`${raw}: as the id ${id}`);
    return said;
  });
}
