import { byCodePoint } from '../../../src/core/base/order.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { Family, SeenTable } from '../records/family.ts';
import { beginning } from '../records/text-document.ts';
import { isMediumKind, kindByName, roleOf } from './entry-role.ts';

/** Largest number of entries that are opened to find out whether they are tables or documents. */
const recognisedEntries = 100;
/** Number of bytes read from a log, and from a medium that may hold records. */
const recordBytes = 64 * 1024;
const logBytes = 1024 * 1024;

/** Returns the evidence that a source belongs to the family, in words for people; null if there is none. */
export async function recogniseFamily(family: Family, source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null> {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const tables: SeenTable[] = [];
  let media = 0;
  let named = 0;
  /** Number of tables and documents that belong to other families by their names. */
  let foreign = 0;
  let looks = 0;
  for await (const entry of source.entries(signal)) {
    const kind = kindByName(family, entry.path, options);
    if (isMediumKind(kind)) {
      media++;
      if (family.namesFile?.(entry.path) === true) named++;
      const shape =
        entry.size === 0 || looks >= recognisedEntries ? undefined : family.shapes.find(({ at }) => at.kind === 'medium' && at.file.test(entry.path));
      if (shape?.at.kind !== 'medium') continue;
      looks++;
      if (shape.at.holds.test(await beginning(await source.open(entry, signal), recordBytes, signal))) count(`files with ${shape.unit}`);
      continue;
    }
    if (/\.(?:csv|tsv|jsonl?|ndjson|xml|vcon)$/i.test(entry.path)) foreign++;
    if (looks >= recognisedEntries) continue;
    const role = await roleOf({ family, source, options, logBytes }, entry, signal);
    if (role.kind === 'document') {
      const { unit = '', isAside } = family.shapes[role.shape] ?? {};
      if (isAside !== true) count(unit);
    } else if (role.kind === 'log') for (const { shape } of role.shapes) count(`log of ${family.shapes[shape]?.unit ?? ''}`);
    else if (role.kind === 'table') {
      for (const { shape, widths } of role.tables) {
        const { name = '', unit = '' } = family.shapes[shape] ?? {};
        count(`table of ${unit}`);
        tables.push({ shape: name, widths });
      }
    } else if (!family.shapes.some(({ at }) => (at.kind === 'document' || at.kind === 'log') && at.file.test(entry.path))) continue;
    looks++;
  }
  if (family.evidence !== undefined) return family.evidence({ tables, media, named });
  // If there are as many documents of other kinds beside the files, the files belong to the family of those documents.
  if (seen.size === 0 && named <= foreign) return null;
  const evidence = [...seen].sort(([a], [b]) => byCodePoint(a, b)).map(([what, times]) => `${what}: ${times}`);
  if (family.namesFile !== undefined) evidence.push(`files named as ${family.id} names them: ${named} of ${media}`);
  else evidence.push(`audio: ${media}`);
  return evidence.join(', ');
}
