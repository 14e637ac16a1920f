import type { PhoneValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { matchNumber, type NumberCertainty, numberCertainties } from '../../core/numbers/number-keys.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { holdsAlike, holdsTermWords } from '../../core/search/match-terms.ts';
import type { SearchTerm } from '../../core/search/search-terms.ts';
import { searchedWords } from '../../core/words/fold-text.ts';

/** A field of a recording that contains a search term. */
export interface HitPlace {
  /** E.g. `caller`, `tag case` or `file`. */
  readonly field: string;
  readonly value: string;
  /** Certainty of a match by another spelling of a number or a name; null: the words occur literally. */
  readonly certainty: NumberCertainty | null;
}

/** Number of places that are shown per call: a file with a thousand tags needs no more. */
const maxPlaces = 8;

interface Field {
  readonly field: string;
  readonly value: string;
  readonly phone: PhoneValue | null;
}

/** Returns the fields of a recording that contain the search terms, in order of importance. */
export function hitPlaces(document: RecordingDocument, terms: readonly SearchTerm[], plan: NumberPlan | null): readonly HitPlace[] {
  const places: HitPlace[] = [];
  for (const { field, value, phone } of fieldsOf(document)) {
    if (places.length === maxPlaces) break;
    // A name that is also the recorder's key is shown once.
    if (places.some((place) => place.value === value)) continue;
    const words = ` ${searchedWords(value)} `;
    // If a number was typed with gaps, a field may contain only a part of it.
    const isThere = terms.some((term) => [term.words, ...term.apart].some((part) => holdsTermWords(words, { ...term, words: part, apart: [] })));
    const isAlike = !isThere && terms.some((term) => holdsAlike(words, term));
    const certainty = isThere ? null : ((phone === null ? null : bestMatch(terms, phone, plan)) ?? (isAlike ? 'possible' : null));
    if (isThere || certainty !== null) places.push({ field, value, certainty });
  }
  return places;
}

function bestMatch(terms: readonly SearchTerm[], phone: PhoneValue, plan: NumberPlan | null): NumberCertainty | null {
  const found = terms.map(({ numbers }) => matchNumber(numbers, phone, plan)?.certainty);
  return numberCertainties.find((certainty) => found.includes(certainty)) ?? null;
}

function fieldsOf({ recording, media, recordingId }: RecordingDocument): Field[] {
  const plain = (field: string, value: string | null | undefined): Field[] => (value == null || value === '' ? [] : [{ field, value, phone: null }]);
  return [recording, ...(recording.accounts ?? [])].flatMap((said, index) => {
    const by = index === 0 ? '' : ` (${said.importer})`;
    return [
      ...said.parties.flatMap(({ role, phone, name, agentId, device }) => [
        ...(phone === null ? [] : [{ field: role + by, value: phone.raw, phone }]),
        ...plain(`${role} name${by}`, name),
        ...plain(`${role} id${by}`, agentId),
        ...plain(`${role} device${by}`, device),
      ]),
      ...said.tags.flatMap(({ name, value }) => plain(`tag ${name}${by}`, value)),
      ...[...said.org, ...said.correlation, ...said.sourceKeys, ...said.extra].flatMap(({ name, value }) => plain(name + by, value)),
      ...plain(`key${by}`, said.key),
      ...(index > 0
        ? []
        : [
            ...plain('group', recording.group?.id),
            ...plain('group', recording.group?.previous),
            ...plain('group', recording.group?.next),
            ...media.flatMap(({ path }) => plain('file', path)),
            ...plain('id', recordingId),
          ]),
    ];
  });
}
