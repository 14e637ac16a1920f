import { byCodePoint } from './order.ts';

/** Writes JSON with keys in code-point order, so that equal values give equal bytes. `undefined` members are left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  // A text with line breaks is a page of its own, e.g. the head of a job; one without is written millions of times.
  return indent === 0 ? (written(value) ?? JSON.stringify(value)) : JSON.stringify(sorted(value), null, indent);
}

/** Returns the JSON of a value, without a sorted copy of it; undefined for what JSON does not have. */
function written(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${written(item) ?? 'null'}`;
    return `[${text}]`;
  }
  const members = value as Readonly<Record<string, unknown>>;
  for (const key of inOrder(Object.keys(members))) {
    // JavaScript lists members with whole numbers as names before all others, in the order of the numbers, and the sorted copy is written like that.
    if (startsWithDigit(key)) return JSON.stringify(sorted(value));
    const member = written(members[key]);
    if (member !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${member}`;
  }
  return `{${text}}`;
}

function startsWithDigit(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

/** Matches what JSON escapes: quotation marks, backslashes, control characters, and surrogates, which may be alone. */
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Readonly<Record<string, unknown>>;
  const out: Record<string, unknown> = {};
  for (const key of inOrder(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    // An assignment would set the object's prototype instead of a member.
    if (key === '__proto__') Object.defineProperty(out, key, { value: sorted(member), enumerable: true });
    else out[key] = sorted(member);
  }
  return out;
}

/** Sorts in place. Insertion sort costs half of `sort` for the few keys of a record, which are sorted millions of times. */
function inOrder(keys: string[]): string[] {
  if (keys.length > 40) return keys.sort(byCodePoint);
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] as string;
    let to = at;
    for (; to > 0 && byCodePoint(keys[to - 1] as string, key) > 0; to--) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}
