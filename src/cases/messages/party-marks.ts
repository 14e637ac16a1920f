import { foldedId, wordsOf } from '../../core/identity/person.ts';
import type { Party } from '../../core/model/recording.ts';
import { readNumber } from '../../core/numbers/number-reading.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { alikeWords } from '../../core/words/transcription.ts';
import type { MessageAddress } from './message.ts';

/**
 * Returns the words that name a person: words of the name, with and without its parts around an apostrophe, words of an id or device, and words of an address.
 */
export function nameWordsOf({ name, agentId, device, phone }: Party): readonly string[] {
  const joined =
    name?.match(/\p{P}/u) === null || name === null
      ? []
      : alikeWords(name)
          .split(' ')
          .filter((word) => /\p{L}/u.test(word));
  return [...joined, ...[name, agentId, device, userOf(phone?.sip ?? phone?.raw ?? '')].flatMap((text) => (text === null ? [] : wordsOf(text)))];
}

/** Returns the folded ids of a person. */
export function idsOf({ agentId, device, phone }: Party): readonly string[] {
  return [agentId, device, phone?.raw ?? null, phone?.sip ?? null].flatMap((text) => (text === null || text.trim() === '' ? [] : [foldedId(text)]));
}

/** Converts a sender or recipient to a party. */
export function partyOfAddress({ name, address }: MessageAddress): Party {
  const phone = address === null ? null : { raw: address, e164: null, extension: null, sip: address.includes('@') ? address : null, damage: null };
  return { role: 'unknown', phone, name, agentId: null, device: null };
}

function userOf(address: string): string {
  return address.includes('@') ? address.slice(0, address.indexOf('@')) : '';
}

/** Returns the marks that identify a person. */
export function marksIn({ phone, name, agentId, device }: Party, plan: NumberPlan | null): string[] {
  const number = phone === null ? null : readNumber(phone.e164 ?? phone.sip ?? phone.raw, plan);
  const marks = [
    ...(phone === null ? [] : [`n ${number === null ? foldedId(phone.raw) : number.digits}`]),
    ...(agentId === null ? [] : [`i ${foldedId(agentId)}`]),
    ...(name === null ? [] : [`m ${wordsOf(name).join(' ') || foldedId(name)}`]),
  ];
  return marks.length > 0 ? marks : [`d ${foldedId(device ?? '')}`];
}
