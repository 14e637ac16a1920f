import { isThen, type MessagePlace, type PartyPlace } from '../../core/identity/judge-party.ts';
import type { Likeness } from '../../core/identity/likeness.ts';
import type { Person, Spelling } from '../../core/identity/person.ts';
import { decodeBytes, type WideEncoding, wideEncoding } from '../../tables/text/encoding.ts';
import { mayBeIn } from './may-be-in.ts';
import { likeText, type TextForm, type TextLikeness } from './person.ts';

/** Place in a recording where a person was found. */
export interface Hit extends Likeness {
  /** Path of the place, e.g. `parties[0].number`, `accounts[0].parties[1].name`, `extra.agentName`, `source-1.csv`. */
  readonly field: string;
}

/** Judges texts about a call, or texts of a site. */
export interface TextJudge {
  /** The person with those spellings that belonged, or may have belonged, to the person at that time and site. */
  readonly theirs: Person;
  /** Converts a match to a hit. The hit is not certain if the spelling also belongs, or may have belonged, to another person. */
  asTold(like: TextLikeness, field: string): Hit;
}

/**
 * Returns the judge of texts for a place and time. In a text, as elsewhere, a value counts only where and when it belonged to the person.
 * @param doubtful spellings that occur with another person's number, name or id
 */
export function textJudge(person: Person, at: Pick<PartyPlace | MessagePlace, 'site' | 'span'>, doubtful: ReadonlySet<Spelling>): TextJudge {
  const then = person.spellings.filter((by) => !by.isOthers && isThen(by, at) !== 'outside');
  const unsure = new Set([...doubtful, ...then.filter((by) => by.isShared || isThen(by, at) === 'perhaps')]);
  return {
    theirs: { ...person, spellings: then },
    asTold: ({ sureness, why, by }, field) =>
      sureness === 'certain' && unsure.has(by)
        ? {
            sureness: 'uncertain',
            why: `${why}; but it occurs with somebody else's number, name or id, or somebody else may have had it then`,
            field,
          }
        : { sureness, why, field },
  };
}

/** Matches the field of a party of a call, with what may follow it in the reason of a case. */
const partyField = /^(?:accounts\[\d+\]\.)?parties\[/;

/** Returns true for the field of a hit, or the reason of a case that begins with it, in a party of the call; `extra.parties[0]` is none. */
export function isOfParty(field: string): boolean {
  return partyField.test(field);
}

/** Returns true for a field, or a reason of a case that begins with it, that a reviewer decided. */
export function isDecided(field: string): boolean {
  return /^decision(?::|$)/.test(field);
}

/**
 * Returns a hit outside of the parties. Whom a text, a tag or a file name mentions need not have taken part, and the call or message may be that of
 * others: only a person decides.
 */
export function mentioned(hit: Hit): Hit {
  return hit.sureness === 'uncertain' ? hit : { ...hit, sureness: 'uncertain', why: `${hit.why}; but no party shows that the person took part` };
}

/** Searches a text. A long text is searched line by line, so that distant words are not combined; a long row, in pieces. */
export function likeLines(person: Person, text: string, form: TextForm = 'text'): TextLikeness | null {
  if (!mayBeIn(person, text)) return null;
  if (text.length < 4_096) return likeText(person, text, form);
  let uncertain: TextLikeness | null = null;
  for (const line of form === 'row' ? [text] : text.split(/[\r\n]+/)) {
    // A line may be a whole document. It is searched in pieces, which overlap by more than the length of a name.
    for (let from = 0; from < line.length; from += 60_000) {
      const like = likeText(person, line.slice(from, from + 64_000), form);
      if (like?.sureness === 'certain') return like;
      uncertain ??= like;
    }
  }
  return uncertain;
}

/** Number of bytes at the beginning of a text of which none is zero. */
const textBytes = 4_096;

/** Returns false if bytes are not text in an encoding with one byte per ASCII character, judged by the first 4,096 bytes: such a text contains no zeros. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, textBytes).includes(0);
}

/** Decodes a text whose encoding no document declares, without a byte order mark; null: it is not text. */
export function decodeText(bytes: Uint8Array): string | null {
  const encoding = wideEncoding(bytes);
  if (encoding !== null) return decodeWide(bytes, encoding);
  return isText(bytes) ? decodeByteText(bytes) : null;
}

/** Decodes a text in which each character takes two or four bytes, or a part of one that begins between characters. */
export function decodeWide(bytes: Uint8Array, encoding: WideEncoding): string {
  return decodeBytes(bytes, encoding).replace(/^\ufeff/, '');
}

/**
 * Decodes bytes as UTF-8 or, if they are not, otherwise: by default as one byte per character, because Windows-1252 and Latin-1 agree on the letters of names.
 */
export function decodeByteText(bytes: Uint8Array, otherwise: (bytes: Uint8Array) => string = latin1): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return otherwise(bytes);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
