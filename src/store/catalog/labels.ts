import { sha256Hex } from '../../core/base/identifier.ts';

/** What a recording can be chosen by, as a whole: not by its words. */
export type LabelKind = 'importer' | 'site' | 'direction' | 'status' | 'joined' | 'codec' | 'group' | 'agent' | 'org' | 'tag' | 'doubtful' | 'sound';

/** Values that come again and again are digested once; those of groups are not kept. */
const known = new Map<string, string>();
const maxKnown = 20_000;

/**
 * A word of the full-text index that stands for one value, whatever signs it holds: of letters and digits alone, so that no tokenizer has an opinion of it.
 * Of 64 bits: nobody can name a department that is taken for another's. Values are told apart to the letter.
 */
export function labelOf(kind: LabelKind, value: string, name = ''): string {
  const text = JSON.stringify([kind, name, value.toWellFormed()]);
  const before = known.get(text);
  if (before !== undefined) return before;
  const label = `x${sha256Hex(text).slice(0, 16)}`;
  if (kind !== 'group') {
    if (known.size >= maxKnown) known.clear();
    known.set(text, label);
  }
  return label;
}
