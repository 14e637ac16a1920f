import { type ByteReader, sliceReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { chooseEncoding, decodeText } from './encoding.ts';

/** Number of bytes examined to identify a file. */
const headBytes = 256 * 1024;

/** Returns the beginning of a file as text. Its last character may be truncated. */
export async function headText(reader: ByteReader, declaredEncoding: string | null, signal: AbortSignal): Promise<string> {
  const head = sliceReader(reader, 0, headBytes);
  const { choice } = await chooseEncoding(head, declaredEncoding, signal);
  let text = '';
  for await (const piece of decodeText(head, choice, signal)) text += piece;
  return text;
}

/** Returns the repeated element nearest to the root; null: the document is one record. */
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

/**
 * Returns the path of the list of records in a JSON file: '' for lists and lines, else the first member that is a list of objects; null if the file is not
 * JSON.
 */
export function listMember(head: string): string | null {
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('[')) return '';
  if (!text.startsWith('{')) return null;
  const member = /^\{(?:[^{}[\]]*?,)?\s*"((?:[^"\\.]|\\.)*)"\s*:\s*\[\s*\{/.exec(text)?.[1];
  return member ?? '';
}

/** Largest number of lists that are found in one document. */
const listsMax = 8;

/**
 * Returns the paths of lists of objects in the beginning of a JSON document, e.g. `objects` or `data.items`, the outermost first. Leaves out lists within
 * lists. A document that is itself a list, or that consists of several objects, has none.
 */
export function listPaths(head: string): readonly string[] {
  const found: { readonly path: string; readonly depth: number }[] = [];
  /** Names of the members that are open, the outermost first; null stands for a list. */
  const open: (string | null)[] = [];
  let name = '';
  for (const [token, text] of head.matchAll(/"((?:[^"\\]|\\.)*)"|[{}[\]]/g)) {
    if (text !== undefined) name = text;
    else if (token === '{') {
      const isFirst = open.at(-1) === null && open.indexOf(null) === open.length - 1 && open.length > 1;
      const path = open
        .slice(1)
        .filter((each) => each !== null)
        .join('.');
      if (isFirst && path !== '' && !path.includes('\\') && !found.some((each) => each.path === path)) found.push({ path, depth: open.length });
      open.push(name);
    } else if (token === '[') {
      // An open list is stored as its name and a null, so that members inside it do not count as members of the object around it.
      open.push(name, null);
    } else if (token === '}') open.pop();
    else open.splice(-2);
    if (open.length > limits.depth || found.length >= listsMax) break;
  }
  return found.sort((a, b) => a.depth - b.depth).map(({ path }) => path);
}
