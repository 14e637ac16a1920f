import { sha256Hex } from '../../core/base/identifier.ts';

/** Kinds of values for exact selection, as opposed to words. */
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

/** Frequent values are digested once; those of groups and accounts are not cached. */
const known = new Map<string, string>();
const maxKnown = 20_000;

/**
 * Returns a word of the full-text index that stands for one value with any characters: it has letters and digits only, so that every tokenizer keeps it whole.
 * It has 64 bits, so that nobody can construct a department that is mistaken for another. Values are case-sensitive.
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
