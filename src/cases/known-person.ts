import type { CaseDecision, CaseDocument } from '../archive/case-json.ts';
import { createBearers } from '../core/identity/bearers.ts';
import { isName } from '../core/identity/judge-party.ts';
import { type GivenValue, type Person, personOf } from '../core/identity/person.ts';
import { tryRecording } from '../pipeline/query.ts';
import { decidedBy } from './decisions.ts';
import { partiesOf, type Searcher } from './find-person.ts';

/** Who is looked for: as it was typed, or as a register of persons has it. */
export interface AskedValues {
  readonly values: readonly (string | GivenValue)[];
  /** Countries of sites, by the register. */
  readonly countries: Readonly<Record<string, string>>;
}

/** Values that were typed. */
export function typed(texts: readonly string[]): AskedValues {
  return { values: texts, countries: {} };
}

/** The one person whom a case is about. */
export function subjectOf({ subject, register }: Pick<CaseDocument, 'subject' | 'register'>): AskedValues {
  return register ?? typed(subject ?? []);
}

/** The person who is looked for, with what the archive says of others who have the same name. Reads the recordings that have the words of a name. @param decisions of the case that is about them */
export function personIn(
  archiveDir: string,
  catalog: Searcher,
  asked: AskedValues,
  country: string | null,
  signal: AbortSignal,
  decisions: readonly CaseDecision[] = [],
): Person {
  const person = personOf(asked.values, country, asked.countries);
  const bearers = createBearers(person);
  for (const { words } of person.spellings.filter(isName)) {
    if (words.length === 0) continue;
    for (const found of catalog.search({ text: words.map((word) => `"${word}"`).join(' ') })) {
      signal.throwIfAborted();
      const shown = tryRecording(archiveDir, found);
      if ('refused' in shown) continue;
      for (const { party } of partiesOf(shown.document)) bearers.look(party);
      if (bearers.isSettled()) break;
    }
  }
  return { ...bearers.person(), decided: decidedBy(decisions) };
}
