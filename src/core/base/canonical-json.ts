import { byCodePoint } from './order.ts';

/** Writes JSON with keys in code-point order, so that equal values give equal bytes. `undefined` members are left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value), null, indent);
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
