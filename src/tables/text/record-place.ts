import { type ByteReader, sliceReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { chooseEncoding, decodeText } from './encoding.ts';

/** Bytes examined to identify a file. */
const headBytes = 256 * 1024;

/** Returns the beginning of a file as text; its last character may be truncated. */
export async function headText(reader: ByteReader, declaredEncoding: string | null, signal: AbortSignal): Promise<string> {
  const head = sliceReader(reader, 0, headBytes);
  const { choice } = await chooseEncoding(head, declaredEncoding, signal);
  let text = '';
  for await (const piece of decodeText(head, choice, signal)) text += piece;
  return text;
}

/** Returns the repeated element nearest to the root, or null: the document is one record. */
export function repeatedElement(head: string): string | null {
  const counts: Map<string, number>[] = [];
  let depth = 0;
  for (const [, closing, name = '', selfClosing] of head.matchAll(/<(\/?)([A-Za-z_][\w.:-]*)(?:"[^"<]*"|'[^'<]*'|[^<>"'])*?(\/?)>/g)) {
    if (closing === '/') {
      depth--;
      continue;
    }
    const here = counts[depth] ?? new Map<string, number>();
    counts[depth] = here;
    const local = name.slice(name.indexOf(':') + 1);
    here.set(local, (here.get(local) ?? 0) + 1);
    if (selfClosing !== '/') depth++;
    if (depth < 0 || depth > limits.depth) return null;
  }
  for (const names of counts) {
    const [most] = [...(names ?? [])].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
    if (most !== undefined) return most[0];
  }
  return null;
}

/** Returns the path of the list of records in a JSON file: '' for lists and lines, else the first member that is a list of objects; null: not JSON. */
export function listMember(head: string): string | null {
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('[')) return '';
  if (!text.startsWith('{')) return null;
  const member = /^\{(?:[^{}[\]]*?,)?\s*"((?:[^"\\.]|\\.)*)"\s*:\s*\[\s*\{/.exec(text)?.[1];
  return member ?? '';
}
