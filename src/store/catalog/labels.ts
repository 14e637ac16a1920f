import { sha256Hex } from '../../core/base/identifier.ts';

/** Kinds of values that are selected exactly, not by words. */
export type LabelKind =
  | 'importer'
  | 'site'
  | 'direction'
  | 'status'
  | 'joined'
  | 'codec'
  | 'group'
  | 'agent'
  | 'org'
  | 'tag'
  | 'doubtful'
  | 'sound'
  | 'account';

/** Digests of frequent values. Those of groups and accounts are not cached. */
const known = new Map<string, string>();
const maxKnown = 20_000;

/**
 * Returns a word for the full-text index that stands for one value with any characters. The word consists of letters and digits only, so that every tokenizer
 * keeps it whole. It has 64 bits, so that nobody can construct a value (e.g. a department) that is mistaken for another. Values are case-sensitive.
 */
export function labelOf(kind: LabelKind, value: string, name = ''): string {
  const text = JSON.stringify([kind, name, value.toWellFormed()]);
  const before = known.get(text);
  if (before !== undefined) return before;
  const label = `x${sha256Hex(text).slice(0, 16)}`;
  if (kind !== 'group' && kind !== 'account') {
    if (known.size >= maxKnown) known.clear();
    known.set(text, label);
  }
  return label;
}
