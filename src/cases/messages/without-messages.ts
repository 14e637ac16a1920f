import type { CaseMessages } from '../../archive/documents/case-json.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import type { RowReplacement } from '../../tables/keep/kept-row.ts';
import { replacedBytes, rowReplacements } from '../../tables/keep/row-replacements.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import { unsignedVcon } from '../../tables/vcon-document.ts';
import { dialogsOf, vconWithout } from '../../tables/vcon-without.ts';
import type { CaseMessage } from './message.ts';
import { messageDigest } from './message-digest.ts';
import { createMessageList } from './message-list.ts';
import { readMessageTable, readMessageVcon } from './read-messages.ts';

/** A file with messages, as a case has it. */
export interface MessageFile {
  readonly kind: CaseMessages['kind'];
  /** Zone of its local times; null: none was given. */
  readonly zone: string | null;
  readonly original: Uint8Array;
  readonly messages: readonly CaseMessage[];
}

/** Decides which messages are removed. */
export interface Chosen {
  isChosen(message: CaseMessage): boolean;
  /** Returns true for text that must not remain, as it is written in the file: its message is removed. Latin-1 for bytes whose encoding is not known. */
  isNamed(text: string): boolean;
  /** True: whatever is not part of a message that stays is removed as well, e.g. rows that are not messages. Absent: it stays. */
  readonly messagesOnly?: boolean;
}

/** A file with messages after the removal of some. */
export interface WithoutMessages {
  readonly gone: readonly CaseMessage[];
  /** The file and its list of messages; null: no message is left; `same`: nothing was removed. */
  readonly left: 'same' | { readonly original: Uint8Array; readonly list: Uint8Array; readonly messages: number } | null;
}

/**
 * Removes messages from a file. In a table the line of the message becomes empty, in a vCon its dialog becomes `{}`: other messages keep their bytes and numbers.
 * A mail is one message. Reads the new file again and compares its messages. A signed vCon loses its signature, which cannot be valid any more.
 * @param scratch folder for temporary files
 * @throws UnsoundMessages if the bytes of a message are not known
 */
export async function withoutMessages(file: MessageFile, chosen: Chosen, scratch: string, signal: AbortSignal): Promise<WithoutMessages> {
  const { kind, messages } = file;
  const asked = new Set(messages.filter((one) => chosen.isChosen(one)).map(({ number }) => number));
  if (kind === 'eml') {
    const isGone = asked.size > 0 || chosen.isNamed(Buffer.from(file.original).toString('latin1'));
    return isGone ? { gone: messages, left: null } : { gone: [], left: 'same' };
  }
  const stay = chosen.messagesOnly === true ? new Set(messages.flatMap(({ number }) => (asked.has(number) ? [] : [number]))) : null;
  const { original, numbers } = await (kind === 'csv' ? tableWithout : dialogsWithout)(file, { asked, stay, isNamed: chosen.isNamed }, signal);
  const gone = messages.filter(({ number }) => numbers.has(number));
  const kept = messages.filter(({ number }) => !numbers.has(number));
  if (Buffer.from(file.original).equals(original)) return { gone: [], left: 'same' };
  if (kept.length === 0) return { gone, left: null };
  if (chosen.isNamed(Buffer.from(original).toString('latin1'))) throw new UnsoundMessages('it names a recording outside of its messages');
  await compare({ ...file, original }, kept, new Set(gone.map(({ number }) => number)), scratch, signal);
  const list = createMessageList();
  for (const one of kept) list.add(one);
  return { gone, left: { original, list: list.finish(), messages: kept.length } };
}

interface Shortened {
  readonly original: Uint8Array;
  /** Numbers of the removed messages. */
  readonly numbers: ReadonlySet<number>;
}

/** Parts of a file that are removed. */
interface Removed extends Pick<Chosen, 'isNamed'> {
  /** Numbers of messages that are removed. */
  readonly asked: ReadonlySet<number>;
  /** Numbers of the messages that stay, if everything else is removed; null: what is not a message stays. */
  readonly stay: ReadonlySet<number> | null;
}

async function tableWithout({ original }: MessageFile, { asked, stay, isNamed }: Removed, signal: AbortSignal): Promise<Shortened> {
  const reader = memoryReader(original, 'messages');
  const replacements: RowReplacement[] = [];
  let isHeading = true;
  try {
    const isGone = ({ number, raws }: { readonly number: number; readonly raws: readonly string[] }): boolean => {
      if (stay === null) return asked.has(number) || raws.some(isNamed);
      // The names of the columns are in the first row, or below a line that names the separator.
      const isKept = stay.has(number) || isHeading;
      isHeading &&= raws.some((raw) => /^sep=/i.test(raw));
      return !isKept;
    };
    for await (const one of rowReplacements(reader, { kind: 'csv', form: 'file' }, isGone, signal)) replacements.push(one);
  } catch (error) {
    if (error instanceof RangeError) throw new UnsoundMessages(error.message);
    throw error;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of replacedBytes(reader, replacements, signal)) pieces.push(piece);
  return { original: Buffer.concat(pieces), numbers: new Set(replacements.map(({ row }) => row.number)) };
}

async function dialogsWithout({ original }: MessageFile, { asked, stay, isNamed }: Removed): Promise<Shortened> {
  const given = Buffer.from(original);
  const document = unsignedVcon(given.toString('utf8'));
  if (document === null) throw new UnsoundMessages('it is not a readable vCon');
  // The payload of a signed vCon takes its place.
  const plain = document === given.toString('utf8') ? given : Buffer.from(document, 'utf8');
  const isGone = (index: number | null, json: string): boolean => {
    if (stay === null) return (index !== null && asked.has(index + 1)) || isNamed(json);
    return index === null ? dialogsOf(JSON.parse(json)).length === 0 : !stay.has(index + 1);
  };
  const { text: left, dialogs } = vconWithout(plain.toString('latin1'), isGone);
  return { original: Buffer.from(left, 'latin1'), numbers: new Set([...dialogs].map((index) => index + 1)) };
}

/** Reads the new file as an import does. @throws UnsoundMessages if it lacks a message that stays, or has one that is gone */
async function compare(
  { kind, zone, original }: MessageFile,
  kept: readonly CaseMessage[],
  gone: ReadonlySet<number>,
  scratch: string,
  signal: AbortSignal,
): Promise<void> {
  const found = new Map<number, string>();
  const take = (one: CaseMessage): void => void found.set(one.number, messageDigest(one));
  const given = { name: 'messages', bytes: original };
  if (kind === 'csv') await readMessageTable(given, { zone, format: 'iso' }, scratch, take, signal);
  else readMessageVcon(given, zone, take);
  if (kept.some((one) => found.get(one.number) !== messageDigest(one)) || [...gone].some((number) => found.has(number)))
    throw new UnsoundMessages('its messages cannot be told apart by their bytes');
}
