import { baseName } from '../../src/core/base/safe-path.ts';
import type { MediaRef } from '../../src/core/model/recording.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { childText, fieldText } from '../../src/tables/xml/element.ts';
import type { ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { StatedBytes } from '../engine/records/described.ts';

/** The statements of a row of cfiles or a `file` of calls.xml about a file. */
export interface CallrecFile {
  readonly path: string;
  /** Type: MAG, AUDIO, ARCHIVE, VIDEO, IMAGE, RECD; empty if unknown. */
  readonly type: string;
  readonly size: string | null;
  readonly checksums: readonly string[];
  /** Name of the key with which the file is encrypted; null if it is not encrypted. */
  readonly key: string | null;
}

/** Prefix of the names of the pairs for the parts of a couple in calls.xml. */
const filePrefix = 'file ';
export const dataPrefix = 'data ';

/** Returns a couple of calls.xml as pairs: its own values, and those of its `data` and `file` elements, whose names get a number because they repeat. */
export function couplePairs(pairs: readonly (readonly [string, string])[], value: unknown): readonly (readonly [string, string])[] {
  const couple = value as XmlElement; // Records of XML are elements.
  const parts = couple.children.flatMap((child, index): [string, string][] => {
    if (child.name === 'data') return [[`${dataPrefix}${index} ${fieldText(child, 'key') ?? ''}`, fieldText(child, 'value') ?? child.text]];
    if (child.name !== 'file') return [];
    const own = child.text === '' ? [] : [[`${filePrefix}${index} cfpath`, child.text] as [string, string]];
    const attributes = child.attributes.map((each): [string, string] => [`${filePrefix}${index} ${each.name}`, each.value]);
    return [
      ...own,
      ...attributes,
      ...child.children.map((each): [string, string] => [`${filePrefix}${index} ${each.name}`, childText(child, each.name) ?? '']),
    ];
  });
  return [...pairs.filter(([name]) => !/^(?:data|file)(?:\.|$)/.test(name)), ...parts];
}

/** Returns the files that a record names; leaves all values in the record. */
export function filesOf(record: JoinedRecord): readonly CallrecFile[] {
  if (record.shape === 'cfiles') {
    const path = record.peek(['cfpath']);
    if (path === null) return [];
    const checksums = ['digest', 'ckvalue'].flatMap((column) => record.peek([column]) ?? []);
    const type = record.peek(['cftype'])?.trim().toUpperCase() ?? '';
    // Only the algorithm that the schema allows (domain cksum_t_typ_d: CRC32) is supported here.
    const known = /^(?:CRC-?32|)$/i.test(record.peek(['cktype'])?.trim() ?? '');
    return [
      {
        path,
        type,
        size: record.peek(['cfsize']),
        checksums: known ? checksums : checksums.filter((each) => !/^-?\d+$/.test(each)),
        key: record.peek(['enc_key_id']),
      },
    ];
  }
  const parts = new Map<string, Map<string, string>>();
  for (const { name, value } of record.rest()) {
    const [, index = '', tag = ''] = /^file (\d+) (.*)$/.exec(name) ?? [];
    if (index !== '') parts.set(index, (parts.get(index) ?? new Map()).set(tag.toLowerCase(), value));
  }
  return [...parts.values()].flatMap((said) => {
    const find = (pattern: RegExp): string | null => [...said].find(([name]) => pattern.test(name))?.[1] ?? null;
    const path = find(/path|^(?:file)?name$|^file$/) ?? [...said.values()].find((value) => /\.[A-Za-z0-9]{2,5}$/.test(value)) ?? null;
    if (path === null) return [];
    const checksums = [find(/digest/), find(/ckvalue|checksum|crc|md5|sha/)].filter((each) => each !== null);
    return [{ path, type: find(/type$/)?.toUpperCase() ?? '', size: find(/size|length|bytes/), checksums, key: find(/enc_?key/) }];
  });
}

/** Removes the pairs that describe files from a record. */
export function takeFiles(record: JoinedRecord): void {
  for (const { name } of record.rest()) if (name.startsWith(filePrefix)) record.take([name]);
}

/** Returns the size and digest that the record states for a file. For an encrypted file, it is unknown whether the checksum is of the plain bytes. */
export function statedOf(said: CallrecFile, path: string): StatedBytes | null {
  if (said.key !== null) return null;
  const sizeBytes = /^\d{1,15}$/.test(said.size ?? '') && Number(said.size) > 0 ? Number(said.size) : null;
  const digest = said.checksums.flatMap((value) => digestOf(value.trim()) ?? [])[0] ?? null;
  return sizeBytes === null && digest === null ? null : { path, sizeBytes, digest };
}

/** Returns the digest; its length shows the algorithm: CRC-32 as the number in the table, or as 8 digits; others in hexadecimal. */
function digestOf(value: string): StatedBytes['digest'] {
  if (/^-?\d{2,10}$/.test(value)) {
    const number = Number(value);
    return number > 0xffff_ffff || number < -0x8000_0000 ? null : { algorithm: 'crc32', value: (number >>> 0).toString(16).padStart(8, '0') };
  }
  if (!/^[0-9a-f]+$/i.test(value)) return null;
  const algorithm = ({ 8: 'crc32', 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' } as const)[value.length as 8 | 32 | 40 | 64 | 128];
  return algorithm === undefined ? null : { algorithm, value: value.toLowerCase() };
}

/** Returns the statements about a file that was found, by its name, and by its folders if several files have that name. */
export function fileFacts(file: Pick<ClaimedFile, 'path'>, said: readonly CallrecFile[]): CallrecFile | null {
  const name = baseName(file.path);
  const exact = said.filter(({ path }) => baseName(path.replaceAll('\\', '/')) === name);
  return exact[0] ?? said.find(({ path }) => stemOf({ path }) === stemOf(file)) ?? null;
}

/** Returns a file's name without folder and extension. Accepts either slash. */
export function stemOf({ path }: Pick<ClaimedFile, 'path'>): string {
  return baseName(path.replaceAll('\\', '/')).replace(/\.[^.]*$/, '');
}

/** Returns true if the description is of this file, and not of one with another extension. */
export function isSameName(file: Pick<ClaimedFile, 'path'>, said: CallrecFile): boolean {
  return baseName(said.path.replaceAll('\\', '/')) === baseName(file.path);
}

/** Returns the kind of a file by its type. Source: zoom/callrec schema, tables cfiles and couples (cftypes). */
export function kindOf(type: string, path: string): MediaRef['kind'] | null {
  if (type === 'VIDEO' || type === 'RECD' || screenName.test(path)) return 'screen';
  return null;
}

/** Extensions of screen recordings. */
export const screenName = /\.(?:recd|avi|mkv|flv|mpe?g|m4v|scr)$/i;

/** Returns the words for the bits of couples.cftypes: 32 binary digits, or a number. Null if the text is neither. */
export function fileTypes(raw: string): readonly string[] | null {
  const digits = raw.replace(/^B?'|'$/gi, '').trim();
  const number = /^[01]{8,32}$/.test(digits) ? Number.parseInt(digits, 2) : /^\d{1,10}$/.test(digits) ? Number(digits) : null;
  if (number === null) return null;
  return ['audio', 'mag', 'archive', 'image', 'video', 'recd'].filter((_, bit) => (number & (1 << bit)) !== 0);
}
