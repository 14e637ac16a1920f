import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type ByteSpan, type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { byteScale, chooseEncoding, decodeText, recordText } from '../text/encoding.ts';
import { textWindow } from '../text/text-window.ts';
import type { Tree, TreeOrFinding } from '../text/types.ts';
import { type JsonLoss, splitJson } from './records.ts';

/**
 * Reads the records of a JSON export of any size, one at a time: the elements of a top-level array, JSON lines, or concatenated objects; with `path` (member
 * names joined by dots), the elements of the array at that path. A damaged record gives one finding (see `isLostRecord`), and reading continues at the next
 * good one.
 *
 * `value` is the result of JSON.parse with two exceptions that protect data: a whole number with 16 or more digits is returned as text, because ids of 64 bits
 * do not fit into a number; an object with a member `__proto__` has no prototype.
 */
export async function* readJsonRecords(
  reader: ByteReader,
  options: { readonly place: string; readonly path?: string },
  signal: AbortSignal,
): AsyncIterable<TreeOrFinding> {
  const { place, path = '' } = options;
  // JSON is UTF-8 (RFC 8259, section 8.1). With this declaration, a file that is not UTF-8 gives a finding.
  const { choice, findings } = await chooseEncoding(reader, 'utf-8', signal);
  for (const each of findings) yield { ...each, place };
  const { scanned, decode } = recordText(choice);
  await using window = textWindow(decodeText(reader, scanned, signal), byteScale(scanned));
  for await (const piece of splitJson(window, path === '' ? [] : path.split('.'), signal)) {
    if (piece.kind === 'lost') {
      yield lossFinding(piece.reason, place, piece);
    } else if (piece.kind === 'record') {
      const raw = decode(piece.raw);
      const parsed = parseRecord(raw);
      const tree: Tree | null = parsed === null ? null : { kind: 'tree', number: piece.number, value: parsed.value, raw };
      yield tree ?? lossFinding('not-json', place, piece);
    } else {
      if (piece.found === 0)
        yield finding('T134', place, path === '' ? 'contains no JSON value' : `contains no array or value at '${path.slice(0, 200)}'`);
      if (piece.odd > 0) yield finding('T136', place, agree`${piece.odd} place[s] between the records [is|are] not JSON`);
      if (piece.cut) yield finding('T135', place, 'ends inside an array or object: it was truncated between two records');
    }
  }
}

const lossWords: Readonly<Record<JsonLoss, readonly [code: FindingCode, words: string]>> = {
  'not-json': ['T131', 'is not JSON and was not read'],
  cut: ['T132', 'ends before its closing bracket and was not read'],
  'too-deep': ['T133', `has values nested more than ${limits.depth} deep and was not read`],
  'too-large': ['T133', `is larger than ${limits.recordBytes} characters and was not read`],
};

function lossFinding(reason: JsonLoss, place: string, { number, span }: { readonly number: number; readonly span: ByteSpan | null }): Finding {
  const [code, words] = lossWords[reason];
  return { ...finding(code, `${place} record ${number}`, words), lost: { table: '', number, span } };
}

function parseRecord(raw: string): { readonly value: unknown } | null {
  try {
    const value: unknown = JSON.parse(/\d{16}/.test(raw) ? longNumbersAsText(raw) : raw);
    return { value: /__proto__|\\u/.test(raw) ? withoutPrototypes(value) : value };
  } catch {
    return null; // JSON.parse throws only for invalid JSON
  }
}

function longNumbersAsText(raw: string): string {
  return raw.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token));
}

/** Gives objects with a member `__proto__` a null prototype, because copying by assignment would otherwise change the prototype. */
function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = Object.hasOwn(value, '__proto__') ? Object.create(null) : {};
  for (const [key, member] of Object.entries(value)) out[key] = withoutPrototypes(member);
  return out;
}
