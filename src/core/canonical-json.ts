import { byCodePoint } from './order.ts';

/** JSON with keys in code-point order, so that equal values give equal bytes. `undefined` members are left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value), null, indent);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // A null prototype: a member called `__proto__` stays a member.
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => byCodePoint(a, b))) if (member !== undefined) out[key] = sorted(member);
  return out;
}
