import type { CaseMessages } from '../../archive/documents/case-json.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { rowReplacements } from '../../tables/keep/row-replacements.ts';
import type { CaseMessage, MessageAddress } from '../messages/message.ts';
import { readWholeMail, type WholeMail } from '../messages/read-mail.ts';
import { type VconTexts, vconTexts } from '../messages/vcon-texts.ts';
import { originalOf } from '../store/erase-messages.ts';
import type { FoundCase } from '../store/open-case.ts';

/** What the file of a message says about it besides the members of the message, with the names of the places. */
export type FurtherTexts = WholeMail;

const none: FurtherTexts = { addresses: [], texts: [] };

/** Reads the file of some messages, and returns what it says about each of them. @throws UnsoundMessages if the file is damaged */
export async function furtherTexts(found: FoundCase, imported: CaseMessages, signal: AbortSignal): Promise<(message: CaseMessage) => FurtherTexts> {
  const original = originalOf(found, imported);
  if (imported.kind === 'csv') {
    const rows = await rowsOf(original, signal);
    return ({ number }) => ({ addresses: [], texts: [['row', rows.get(number) ?? '']] });
  }
  if (imported.kind === 'eml') {
    const mail = (await readWholeMail(original)) ?? none;
    return () => mail;
  }
  const vcon = vconTexts(Buffer.from(original).toString('utf8'));
  if (vcon === null) return () => none;
  return ({ number, from, to }) => {
    const names = new Set([from, ...to].flatMap((one) => [one?.name, one?.address]));
    const parties = vcon.parties.filter((text) => text.split('\n').some((line) => names.has(line.replace(/^(?:tel|mailto):/i, ''))));
    return {
      addresses: [from, ...to].flatMap((one) => (one === null ? [] : furtherAddresses(one, vcon))),
      texts: [['dialog', vcon.dialogs[number - 1] ?? ''], ...parties.map((text) => ['party', text] as const)],
    };
  };
}

/** Returns the other addresses of a sender or recipient; none if several parties of the vCon have the address. */
function furtherAddresses({ name, address }: MessageAddress, { addresses }: Pick<VconTexts, 'addresses'>): FurtherTexts['addresses'] {
  const theirs = addresses.filter((some) => address !== null && some.includes(address.replace(/^sips?:/i, '')));
  const [own = []] = theirs;
  return theirs.length > 1 ? [] : own.filter((one) => one !== address).map((one) => ['party', { name, address: one }] as const);
}

/** Returns the rows of a table by number; none if its rows cannot be told apart. */
async function rowsOf(original: Uint8Array, signal: AbortSignal): Promise<ReadonlyMap<number, string>> {
  const rows = new Map<number, string>();
  const take = ({ number, raws }: { readonly number: number; readonly raws: readonly string[] }): boolean => {
    rows.set(number, raws.join('\n'));
    return false;
  };
  try {
    for await (const _none of rowReplacements(memoryReader(original, 'messages'), { kind: 'csv', form: 'file' }, take, signal));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return rows;
}
