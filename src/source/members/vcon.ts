import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { extension } from '../../core/base/safe-path.ts';
import type { Member } from '../read/member.ts';

// A vCon (draft-ietf-vcon-vcon-core) is one JSON object. A dialog may contain its recording in `dialog[].body`, with `encoding` `base64url`.

/** A string of a dialog: its position, and its content if it is short. */
interface Text {
  readonly text: string;
  /** Offset of its first character. */
  readonly offset: number;
  readonly length: number;
  /** True if the string consists of base64 characters only; `length` then excludes padding. */
  readonly isBase64: boolean;
}

/** Number of characters of a string that are kept. Names and media types are shorter. */
const textChars = 512;
/** Largest number of dialogs examined per vCon. */
const mostDialogs = 10_000;

/**
 * Yields the recordings inside a vCon, named by the index of the dialog (`dialog-0.wav`), and the document itself as `vcon.json`; nothing if there is no
 * recording inside. Reads the text once, in constant memory. Of a truncated text, the complete recordings are found.
 */
export async function* listVcon(reader: ByteReader, signal: AbortSignal): AsyncGenerator<Member> {
  const members = (await dialogsOf(reader, signal)).flatMap(({ name, texts: dialog }) => {
    const body = dialog.get('body');
    const isInline =
      body?.isBase64 === true && body.length > 0 && body.length % 4 !== 1 && /^base64(?:url)?$/.test(dialog.get('encoding')?.text ?? '');
    // Under `analysis`, only longplay's own entries count. longplay writes recordings without a start in UTC there, because they cannot be dialogs.
    const isSound = name.startsWith('dialog-')
      ? (dialog.get('type')?.text ?? 'recording') === 'recording'
      : dialog.get('vendor')?.text === 'longplay' && dialog.get('schema')?.text === 'sound';
    if (!isInline || !isSound) return [];
    return [member(`${name}${endingOf(dialog)}`, 'base64', body.offset, body.length, Math.floor((body.length * 3) / 4))];
  });
  if (members.length === 0) return;
  yield member('vcon.json', 'plain', 0, reader.size, reader.size);
  yield* members;
}

function member(name: string, packing: Member['packing'], offset: number, packedSize: number, size: number): Member {
  return { kind: 'member', name: Buffer.from(name), text: null, size, modifiedMs: null, packing, offset, packedSize, crc32: null };
}

/** Media types of the draft (section 4.3.8) and of the libraries that write vCons. */
const endings: Readonly<Record<string, string>> = {
  wav: '.wav',
  'x-wav': '.wav',
  wave: '.wav',
  mp3: '.mp3',
  'x-mp3': '.mp3',
  mpeg: '.mp3',
  mp4: '.m4a',
  'x-mp4': '.m4a',
  'x-m4a': '.m4a',
  ogg: '.ogg',
  webm: '.webm',
};

function endingOf(dialog: ReadonlyMap<string, Text>): string {
  const own = extension(dialog.get('filename')?.text ?? '').toLowerCase();
  if (/^\.[a-z0-9]{1,8}$/.test(own)) return own;
  const type = dialog.get('mediatype')?.text ?? dialog.get('mimetype')?.text ?? '';
  return endings[/^(?:audio|video)\/([\w.-]+)/i.exec(type)?.[1]?.toLowerCase() ?? ''] ?? '';
}

/** Marks the characters of a body. JSON escapes none of them except `/`; a body with an escaped `/` is left to the reader of the document. */
const isBase64Char = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') isBase64Char[char.charCodeAt(0)] = 1;

const [quote, backslash, equals] = [0x22, 0x5c, 0x3d];

/** Collects the strings in the elements of `dialog` and `analysis` by name, with the list and index of the element. */
async function dialogsOf(reader: ByteReader, signal: AbortSignal): Promise<{ readonly name: string; readonly texts: Map<string, Text> }[]> {
  const dialogs: { readonly name: string; readonly texts: Map<string, Text> }[] = [];
  const counts = { dialog: 0, analysis: 0 };
  /** Objects that are open, each with the last key read, and lists that are open. */
  const open: { readonly isList: boolean; key: string; awaitsKey: boolean }[] = [];
  let dialog: Map<string, Text> | null = null;
  let string: { chars: number[]; offset: number; length: number; padding: number; isBase64: boolean; escaped: boolean } | null = null;
  let at = 0;
  const closeString = (): void => {
    const top = open.at(-1);
    if (string === null || top === undefined) return;
    const text = Buffer.from(string.chars).toString('utf8');
    if (top.awaitsKey) {
      top.key = text;
      top.awaitsKey = false;
    } else if (dialog !== null && open.length === 3) {
      const { offset, length, padding, isBase64 } = string;
      dialog.set(top.key, { text, offset, length: length - padding, isBase64 });
    }
  };
  for await (const piece of reader.stream(0, reader.size, signal)) {
    signal.throwIfAborted();
    for (let index = 0; index < piece.length; index++, at++) {
      const byte = piece[index] ?? 0;
      if (string !== null) {
        if (string.escaped) string.escaped = false;
        else if (byte === quote) {
          closeString();
          string = null;
          continue;
        } else if (byte === backslash) {
          string.escaped = true;
          string.isBase64 = false;
        }
        if (byte === equals) string.padding++;
        else if (isBase64Char[byte] !== 1 || string.padding > 0) string.isBase64 = false;
        if (string.length++ < textChars) string.chars.push(byte);
        continue;
      }
      const top = open.at(-1);
      if (byte === quote) string = { chars: [], offset: at + 1, length: 0, padding: 0, isBase64: true, escaped: false };
      else if (byte === 0x7b || byte === 0x5b) {
        // `{` or `[`. Nothing is searched below the depth of real documents.
        if (open.length >= limits.depth) return dialogs;
        const list = open.length === 2 && open[1]?.isList === true ? open[0]?.key : undefined;
        open.push({ isList: byte === 0x5b, key: '', awaitsKey: byte === 0x7b });
        if (list === 'dialog' || list === 'analysis') {
          if (dialogs.length >= mostDialogs) return dialogs;
          dialog = byte === 0x7b ? new Map() : null;
          if (dialog !== null) dialogs.push({ name: `${list}-${counts[list]++}`, texts: dialog });
        }
      } else if (byte === 0x7d || byte === 0x5d) {
        open.pop();
        if (open.length === 2) dialog = null;
        if (open.length === 0) return dialogs;
      } else if (byte === 0x2c && top !== undefined && !top.isList) top.awaitsKey = true;
    }
  }
  return dialogs;
}
