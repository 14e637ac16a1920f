import { formats } from '../../formats/index.ts';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';

export const never = new AbortController().signal;

/** Every format's answer to one file. */
export async function answers(bytes: Uint8Array, name: string, list: readonly Format[] = formats): Promise<Identification[]> {
  return answersFrom(memoryReader(bytes, name), name, list);
}

export async function answersFrom(reader: ByteReader, name: string, list: readonly Format[] = formats): Promise<Identification[]> {
  const found: Identification[] = [];
  for (const format of list) {
    const answer = await format.identify(reader, { name }, never);
    if (answer !== null) found.push(answer);
  }
  return found;
}

/** The only answer; throws if there is none or more than one. */
export async function answer(bytes: Uint8Array, name: string): Promise<Identification> {
  const [only, ...more] = await answers(bytes, name);
  if (only === undefined || more.length > 0) throw new Error(`${name}: ${more.length === 0 ? 'no answer' : 'several answers'}`);
  return only;
}

/** Codes of an answer's findings, in order. */
export function codesOf(identification: Identification): string[] {
  return identification.findings.map(({ code }) => code);
}

/** Bytes of sound of the first track. */
export function soundBytes(identification: Identification): number {
  return identification.tracks[0]?.spans.reduce((sum, [start, end]) => sum + end - start, 0) ?? 0;
}
