import { type CaseAddition, keptWords } from '../../cases/person/gather.ts';
import { requestedPersonIn, valuesOf } from '../../cases/person/known-person.ts';
import { startOfIso } from '../../cases/timeline/case-times.ts';
import { limits } from '../../core/base/limits.ts';
import type { People } from '../../core/identity/people.ts';
import { personOf } from '../../core/identity/person.ts';
import type { CaseAdditionRequest } from '../../core/page/data.ts';
import { type BesideCatalog, parseQuery } from '../answer/requested-query.ts';

/** Largest number of recordings per request and, below, of spellings of one person, and of characters per spelling. */
const mostAdded = 1_000;
const mostSpellings = 20;
const spellingChars = 200;

/** Parses a request to add recordings to a case; returns null if it asks for nothing or is malformed. @throws LongplayError usage U332 if several persons of the register have the name */
export async function parseAddition(
  said: Readonly<Record<string, unknown>> | null,
  beside: BesideCatalog,
  people: () => People | null,
): Promise<CaseAddition | null> {
  if (said === null) return null;
  const {
    recordings = [],
    query = {},
    party,
    uncertain = false,
    correlated = false,
    subject = false,
  } = said as Partial<Record<keyof CaseAdditionRequest, unknown>>; // members unknown
  const ids = Array.isArray(recordings) && recordings.length === 0 ? [] : idsOf(recordings);
  const question = await questionOf(query, beside);
  const spellings = party === undefined ? null : spellingsOf(party);
  if (ids === null || question === null || (party !== undefined && spellings === null)) return null;
  if (typeof uncertain !== 'boolean' || typeof correlated !== 'boolean' || typeof subject !== 'boolean') return null;
  const asksQuery = question.words.length > 0;
  if (ids.length === 0 && !asksQuery && spellings === null && !correlated && !subject) return null;
  // The command line keeps the same words.
  const words = [...(spellings === null ? [] : [`--party ${spellings.join(' | ')}`]), ...question.words];
  return {
    ids,
    query: asksQuery ? question.query : null,
    queryText: words.join(', '),
    party: spellings === null ? null : valuesOf(requestedPersonIn(people(), spellings)),
    uncertain,
    correlated,
    subject,
  };
}

/** Returns complete recording ids without duplicates; null if one is invalid. @param most largest number of ids */
export function idsOf(ids: unknown, most = mostAdded): readonly string[] | null {
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > most) return null;
  const whole = ids.filter((id): id is string => typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id));
  return whole.length === ids.length ? [...new Set(whole)] : null;
}

/** Returns the spellings of one person; null if there are none or too many. */
export function spellingsOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length > mostSpellings) return null;
  const texts = value.filter((one): one is string => typeof one === 'string' && one.length <= spellingChars && !/\p{Cc}/u.test(one));
  const said = texts.map((text) => text.trim()).filter((text) => text !== '');
  return texts.length === value.length && personOf(said, null).spellings.length > 0 ? said : null;
}

async function questionOf(
  value: unknown,
  beside: BesideCatalog,
): Promise<{ readonly query: NonNullable<CaseAddition['query']>; readonly words: readonly string[] } | null> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const members = Object.entries(value);
  if (members.some(([, member]) => typeof member !== 'string')) return null;
  const asked = await parseQuery(new URLSearchParams(members), beside);
  if (asked === null || [asked.query.from, asked.query.to].some((time) => time !== undefined && Number.isNaN(startOfIso(time)))) return null;
  // One more than a case may contain shows that there are too many.
  return {
    query: { ...asked.query, limit: limits.caseRecordings + 1 },
    words: keptWords(asked.said, asked.query),
  };
}
