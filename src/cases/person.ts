import { foldedText, foldedWords } from '../core/fold-text.ts';
import { askedNumberKeys, type NumberKey } from '../core/number-keys.ts';
import { planOf } from '../core/number-reading.ts';
import type { NumberPlan } from '../core/numbering-plan.ts';
import type { Party, PhoneValue } from '../core/recording.ts';
import { parsePhone } from '../tables/phone.ts';
import { type Likeness, likeNumber, numberInText } from './number-match.ts';

/** One way to name the person who is looked for. */
interface Spelling {
  readonly raw: string;
  /** Ways to write it, where it is a number; else empty. */
  readonly number: readonly NumberKey[];
  /** Words of a name, folded and sorted; empty where it has no letters. */
  readonly words: readonly string[];
  /** The whole as an id or address, folded. */
  readonly id: string;
}

/** The person who is looked for, under all names and numbers that were given. */
export interface Person {
  readonly spellings: readonly Spelling[];
  /** Of the country that numbers without one are of; null: that is not known. */
  readonly plan: NumberPlan | null;
}

/** Makes somebody to look for. Texts that say nothing are left out. */
export function personOf(texts: readonly string[], country: string | null): Person {
  const plan = country === null ? null : planOf(country);
  const spellings = texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((raw) => ({ raw, number: askedNumberKeys(raw, plan), words: wordsOf(raw), id: foldedId(raw) }));
  return { spellings, plan };
}

/** Words with letters in them, folded, in code-point order: `Berg, Anna` and `anna berg` are one name. */
export function wordsOf(text: string): readonly string[] {
  return foldedWords(text)
    .split(' ')
    .filter((word) => /\p{L}/u.test(word))
    .sort();
}

/** An id or address as it is compared. */
export function foldedId(text: string): string {
  return foldedText(
    text
      .trim()
      .replace(/^<?(?:sips?:|mailto:|tel:)/i, '')
      .replace(/>$/, ''),
  );
}

/** Whether somebody who took part is the person; the surest way counts. */
export function likeParty(person: Person, party: Party): (Likeness & { readonly field: string }) | null {
  const found = [
    ...(party.phone === null ? [] : [at('number', likePhone(person, party.phone))]),
    ...(party.name === null ? [] : [at('name', likeName(person, party.name))]),
    ...(party.agentId === null ? [] : [at('agent id', likeId(person, party.agentId))]),
    ...(party.device === null ? [] : [at('device', likeDevice(person, party.device))]),
  ].filter((one) => one !== null);
  return found.find(({ sureness }) => sureness === 'certain') ?? found[0] ?? null;
}

function at(field: string, like: Likeness | null): (Likeness & { readonly field: string }) | null {
  return like === null ? null : { ...like, field };
}

/** Of a telephone number or address. */
export function likePhone(person: Person, phone: PhoneValue): Likeness | null {
  return surest(
    person.spellings.map(({ number, id }) => {
      const like = likeNumber(number, phone, person.plan);
      if (like !== null) return like;
      return phone.sip !== null && id.includes('@') && foldedId(phone.sip) === id ? { sureness: 'certain', why: 'the same address' } : null;
    }),
  );
}

/** Of a name. Words in any order; further words in it make it another's, perhaps. */
export function likeName(person: Person, name: string): Likeness | null {
  const there = wordsOf(name);
  return surest(
    person.spellings.map(({ words, id }) => {
      if (words.length === 0) return null;
      if (foldedId(name) === id) return { sureness: 'certain', why: 'the same name' };
      if (words.length === there.length && words.every((word, index) => word === there[index]))
        return { sureness: 'certain', why: 'the same words of a name' };
      if (words.every((word) => there.includes(word))) return { sureness: 'uncertain', why: 'the name has these words and others' };
      // A name that lacks one of the words of two or more.
      const shared = there.filter((word) => words.includes(word)).length;
      return shared >= 2 && shared === there.length ? { sureness: 'uncertain', why: 'the name lacks words of the one that is looked for' } : null;
    }),
  );
}

/** Of an id or login. */
export function likeId(person: Person, value: string): Likeness | null {
  return surest([
    ...person.spellings.map(({ id }): Likeness | null => (foldedId(value) === id ? { sureness: 'certain', why: 'the same id' } : null)),
    likeName({ ...person, spellings: person.spellings.filter(({ words }) => words.length > 1) }, value),
  ]);
}

function likeDevice(person: Person, device: string): Likeness | null {
  const parts = foldedText(device).split(/[^\p{L}\p{N}@.]+/u);
  return surest(person.spellings.map(({ id }) => (parts.includes(id) ? { sureness: 'uncertain', why: 'part of the name of a device' } : null)));
}

/** Of a value that is no party's: a field that longplay has no place for, a tag, a file's name, a row as it stood. */
export function likeText(person: Person, text: string): Likeness | null {
  // Without a digit it is no number, and nothing that an export made of one.
  const phone = /\d/.test(text) ? parsePhone(text) : null;
  const folded = foldedText(text);
  const whole = foldedId(text);
  return surest(
    person.spellings.map(({ number, words, id }) => {
      if (whole === id) return { sureness: 'uncertain', why: 'the value is the same' };
      if (number.length > 0 && phone !== null) {
        const like = phone.damage === null ? numberInText(number, text, person.plan) : likeNumber(number, phone, person.plan);
        if (like !== null) return like;
      }
      if (id.includes('@') && hasWhole(folded, id)) return { sureness: 'certain', why: 'the address stands in the text' };
      if (words.length === 0 || words.join('').length < 3 || id.includes('@')) return null;
      if (!words.every((word) => folded.includes(word))) return null;
      const there = foldedWords(text).split(' ');
      for (let from = 0; from + words.length <= there.length; from++) {
        const some = there.slice(from, from + words.length).sort();
        if (some.every((word, index) => word === words[index])) return { sureness: 'uncertain', why: 'the words stand in the text' };
      }
      return null;
    }),
  );
}

/** True where a part stands in a text and no letter or digit touches it. */
function hasWhole(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[at + part.length] ?? ' ')) return true;
  return false;
}

function surest(likenesses: readonly (Likeness | null)[]): Likeness | null {
  const found = likenesses.filter((one) => one !== null);
  return found.find(({ sureness }) => sureness === 'certain') ?? found[0] ?? null;
}
