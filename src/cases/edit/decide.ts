import type { CaseDecision, CaseDocument } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { limits } from '../../core/base/limits.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { judgeParty } from '../../core/identity/judge-party.ts';
import { type Person, personAt } from '../../core/identity/person.ts';
import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { placeOf } from '../person/call-span.ts';
import { partiesOf } from '../person/find-person.ts';
import { personIn, subjectOf } from '../person/known-person.ts';
import { caseRecording } from '../store/read-case.ts';
import { obtainMembers, type SearchedArchive } from '../store/searched-archive.ts';
import { type CaseTools, changeCase, openCase } from '../store/store.ts';
import { type CaseWork, memberOf } from './edit-case.ts';

/** A decision by a person. */
export interface DecisionRequest {
  /** Id of a recording of the case, or a prefix of it. */
  readonly recording: string;
  readonly decision: CaseDecision['decision'];
  /**
   * Party, e.g. `caller` or `parties[0]`; null: the party that matches the data subject or, for `is-not`, for `concerns` and for recordings without parties, the
   * recording as a whole.
   */
  readonly party: string | null;
  /** What a request to erase takes of a recording that concerns the data subject, as in `CaseDecision`; null: not decided. */
  readonly erase: readonly string[] | null;
  readonly reason: string;
}

/** A decision that was recorded. */
export interface Decided {
  readonly id: string;
  readonly recordingId: string;
  readonly decision: CaseDecision['decision'];
  readonly erase: readonly string[] | null;
  /** Parties; null stands for the recording as a whole. */
  readonly parties: readonly (string | null)[];
  readonly decisions: number;
}

/**
 * Records in a case about a data subject whether a recording, or one of its parties, is the data subject, with user, time and reason.
 * @throws LongplayError usage C100, C106; C109 if the case has no data subject; C160 if the party is ambiguous; U317; incomplete A105, C115; C161 if the
 * recording cannot be read
 */
export async function* decideInCase(
  archiveDir: string,
  wanted: string,
  asked: DecisionRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Decided> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const findings: Finding[] = [];
  try {
    const told = (one: Finding): void => void findings.push(one);
    const before = (await openCase(opened.archive, wanted, tools.keys, signal)).document;
    const { decided } = await decide(opened, before, asked, { ...tools, told }, signal);
    return decided;
  } finally {
    for (const one of findings) yield findingEvent(one);
  }
}

/** What a decision needs. */
interface DecisionTools extends CaseTools {
  /** Receives the finding that a recording cannot be read. */
  readonly told: (finding: Finding) => void;
}

/** Records a decision in a case that has already been read, in an open archive. @throws LongplayError as `decideInCase` */
export async function decide(
  searched: SearchedArchive & { readonly archive: Archive },
  before: CaseDocument,
  asked: DecisionRequest,
  { told, ...tools }: DecisionTools,
  signal: AbortSignal,
): Promise<{ readonly decided: Decided; readonly after: CaseDocument }> {
  if (before.subject === null)
    throw new LongplayError(
      'usage',
      'C109',
      `case ${before.id} has no data subject, so there is nothing to decide`,
      'open one with: longplay subject ARCHIVE WHO --case TITLE',
    );
  const recordingId = memberOf(before, asked.recording);
  await obtainMembers(searched, [recordingId]);
  const here = caseRecording(searched, recordingId);
  if ('kind' in here) {
    told(here);
    throw new LongplayError(
      'incomplete',
      'C161',
      `recording ${recordingId} cannot be read, so no decision about it was kept`,
      'fix what the finding says, then run the same command again',
    );
  }
  const person = await personIn(searched, subjectOf(before), before.country, signal);
  const parties = partiesMeant(here.document, person, asked);
  const erase = erasedPart(here.document, asked);
  const stamp = {
    decision: asked.decision,
    ...(erase === null ? {} : { erase }),
    reason: givenReason(asked.reason),
    at: tools.now(),
    by: tools.user(),
  };
  const put = async (document: CaseDocument): Promise<CaseDocument> =>
    withDecisions(
      document,
      // The recording may have been removed from the case in the meantime.
      parties.map((party) => ({ recordingId: memberOf(document, recordingId), party, ...stamp })),
    );
  const after = await changeCase(searched.archive, before.id, { action: 'decided', change: put }, tools, signal);
  return { decided: { id: after.id, recordingId, decision: asked.decision, erase, parties, decisions: after.decisions?.length ?? 0 }, after };
}

/** Words for what is erased besides names of files. */
const erasedWhole: readonly string[] = ['recording', 'nothing'];

/** Returns what a request is to erase of a recording; null: not decided. @throws LongplayError usage U312 */
function erasedPart(document: RecordingDocument, { decision, erase }: DecisionRequest): readonly string[] | null {
  if (erase === null) return null;
  const refused = (why: string): LongplayError =>
    new LongplayError(
      'usage',
      'U312',
      why,
      'give --concerns with --erase recording, --erase nothing, or --erase and names of files as longplay show prints them',
    );
  if (decision !== 'concerns') throw refused('only with --concerns it is decided what is to be erased: a call of the person is erased as a whole');
  const names = [...new Set(erase)];
  if (names.length > 1 && names.some((one) => erasedWhole.includes(one))) throw refused(`'recording' and 'nothing' cannot be combined with others`);
  const known = new Set([...erasedWhole, 'originals', 'copies', ...storedFilesOf(document).map(({ path }) => path)]);
  if (names.length === 0 || names.some((one) => !known.has(one))) throw refused('the recording has no file of that name');
  return names;
}

function withDecisions(document: CaseDocument, made: readonly CaseDecision[]): CaseDocument {
  const decisions = [...(document.decisions ?? []), ...made];
  if (decisions.length > limits.caseRecordings)
    throw new LongplayError(
      'usage',
      'C103',
      agree`the case would hold ${decisions.length} decision[s], more than ${limits.caseRecordings}`,
      'make another case',
    );
  return { ...document, decisions };
}

/** Returns the fields of the parties that a request means; null is the recording as a whole. @throws LongplayError usage C160 */
export function partiesMeant(
  document: RecordingDocument,
  person: Person,
  { party: asked, decision }: Pick<DecisionRequest, 'party' | 'decision'>,
): readonly (string | null)[] {
  const there = [...partiesOf(document)];
  if (decision === 'concerns') {
    if (asked === null) return [null];
    throw new LongplayError('usage', 'U312', '--concerns is about the recording, not about a party', 'omit --role, or give --is with it');
  }
  if (asked !== null) {
    const found = there.filter(({ field, party }) => field === asked || party.role === asked);
    if (found.length === 0) throw unclear('no party of the recording is that', there);
    // A masked export shows every confirmed party, so a role that several parties have confirms none of them.
    if (decision === 'is' && !isOneParty(found)) throw unclear('more than one party of the recording is that', there);
    return found.map(({ field }) => field);
  }
  if (decision === 'is-not' || there.length === 0) return [null];
  const like = there.filter(({ field, party }) => judgeParty(personAt(person, document.site), party, placeOf(document, field)) !== null);
  if (like.length > 0 && isOneParty(like)) return like.map(({ field }) => field);
  throw unclear(like.length === 0 ? 'no party of the recording matches' : 'more than one party of the recording matches', there);
}

/** Returns true if each list of parties has one of these at most: two exports about one call both name the same party. */
function isOneParty(found: readonly { readonly field: string }[]): boolean {
  const lists = new Set(found.map(({ field }) => field.slice(0, field.lastIndexOf('parties['))));
  return lists.size === found.length;
}

function unclear(why: string, there: readonly { readonly field: string; readonly party: { readonly role: string } }[]): LongplayError {
  const fields = there.slice(0, 12).map(({ field, party }) => `${field} (${party.role})`);
  return new LongplayError(
    'usage',
    'C160',
    `${why}; it has ${fields.length === 0 ? 'none' : fields.join(', ')}`,
    "name it with --role, e.g. --role 'parties[0]'; if the recording concerns the person, who is no party of it, give --concerns instead of --is",
  );
}
