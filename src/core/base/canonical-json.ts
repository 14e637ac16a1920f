import { byCodePoint } from './order.ts';

/** Writes JSON with keys in code-point order, so that equal values give equal bytes. `undefined` members are left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  // A text with line breaks is a page of its own, e.g. the head of a job; one without is written millions of times.
  return indent === 0 ? (written(value) ?? JSON.stringify(value)) : JSON.stringify(sorted(value), null, indent);
}

/** Returns the JSON of a value, without a sorted copy of it; undefined for what JSON does not have. */
function written(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (value === null) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${written(item) ?? 'null'}`;
    return `[${text}]`;
  }
  const members = value as Readonly<Record<string, unknown>>;
  const order = orderOf(Object.keys(members));
  if (order === null) return JSON.stringify(sorted(value));
  for (const { key, name } of order) {
    const member = written(members[key]);
    if (member !== undefined) text += text === '' ? `${name}${member}` : `,${name}${member}`;
  }
  return `{${text}}`;
}

/** A key, and its JSON with a colon. */
interface Name {
  readonly key: string;
  readonly name: string;
}

/** The keys of an object as it lists them, and in order; null if they cannot be written in order. */
interface Order {
  readonly keys: readonly string[];
  readonly names: readonly Name[] | null;
}

/** Orders by the first key: an import writes millions of objects of a few kinds. */
const known = new Map<string, Order[]>();
/** Largest number of keys of an object, of first keys, and of orders of one first key that are kept: keys may be the user's. */
const [mostKeys, mostLists, mostOrders] = [40, 256, 12] as const;

/** Returns the keys in order; null if one begins with a digit: JavaScript lists such names before all others, in the order of the numbers, and so does the sorted copy. */
function orderOf(keys: string[]): readonly Name[] | null {
  if (keys.length > mostKeys) return namesOf(keys);
  const first = keys[0] ?? '';
  const list = known.get(first);
  for (const order of list ?? []) if (isSame(order.keys, keys)) return order.names;
  const names = namesOf([...keys]);
  if (list !== undefined && list.length < mostOrders) list.push({ keys, names });
  else if (list === undefined && known.size < mostLists) known.set(first, [{ keys, names }]);
  return names;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function namesOf(keys: string[]): readonly Name[] | null {
  const sortedKeys = inOrder(keys);
  return sortedKeys.some(startsWithDigit) ? null : sortedKeys.map((key) => ({ key, name: `${quoted(key)}:` }));
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
