import { agree } from '../../src/core/base/agree.ts';
import type { ImportOptions } from '../../src/core/model/importer.ts';
import type { Source } from '../../src/core/model/source.ts';
import { callMeanings } from './flat.ts';
import { inumOfName, kindByName, pathStemOf } from './names.ts';
import { isSearchTable, mayBeSearch } from './search.ts';

/** Largest number of sidecars that are opened. */
const recognisedSidecars = 100;
const peekBytes = 4_096;

/**
 * Returns the evidence of sidecars in a source: Verint's namespace, tables of searches, or audio beside XML files, most of which must describe calls by their
 * names of elements. Null if there is none.
 */
export async function recognise(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null> {
  const seen = { audio: 0, sidecars: 0, inums: 0, besides: 0, verint: 0, searches: 0, looks: 0, calls: 0 };
  const meanings = new Set<string>();
  const recent: { readonly stem: string; readonly sidecar: boolean }[] = [];
  for await (const entry of source.entries(signal)) {
    const kind = kindByName(entry.path, options.media);
    if (kind === null || kind === 'screen') {
      if (mayBeSearch(entry) && seen.looks++ < recognisedSidecars && (await isSearchTable(source, entry, options, signal))) seen.searches++;
      continue;
    }
    // Entries arrive sorted, so that files of one stem are near each other.
    const stem = inumOfName(entry.path) ?? pathStemOf(entry.path);
    const sidecar = kind === 'sidecar';
    if (recent.some((each) => each.stem === stem && each.sidecar !== sidecar)) {
      seen.besides++;
      if (inumOfName(entry.path) !== null) seen.inums++;
    }
    recent.push({ stem, sidecar });
    if (recent.length > 16) recent.shift();
    if (!sidecar) seen.audio++;
    else if (seen.sidecars++ < recognisedSidecars) {
      const reader = await source.open(entry, signal);
      const head = new TextDecoder('latin1').decode(await reader.read(0, peekBytes, signal));
      if (/<(?:[\w.-]+:)?recording\s[^>]*verint/i.test(head)) seen.verint++;
      const meant = callMeanings(
        [...head.matchAll(/<(?:[\w.-]+:)?([\w.-]+)|\s([\w.-]+)=["']/g)].map(([, element, attribute]) => element ?? attribute ?? ''),
      );
      if (meant.length > 0) seen.calls++;
      for (const meaning of meant) meanings.add(meaning);
    }
  }
  if (seen.verint > 0) {
    return agree`Verint's namespace in ${seen.verint} of the first ${Math.min(seen.sidecars, recognisedSidecars)} XML file[s]; ${seen.audio} audio file[s], ${seen.inums} with the INUM of a sidecar`;
  }
  if (seen.searches > 0) return agree`tables of searches with INUMs: ${seen.searches}; ${seen.audio} audio file[s]`;
  // One XML file beside audio is not an export: most must have audio beside them.
  if (seen.besides === 0 || seen.besides * 2 < seen.sidecars) return null;
  const looked = Math.min(seen.sidecars, recognisedSidecars);
  if (seen.inums === 0 && seen.calls * 2 < looked) return null;
  const what = seen.calls === 0 ? 'names of INUMs' : `elements for ${[...meanings].sort().join(', ')} in ${seen.calls} of the first ${looked}`;
  return agree`audio of the same name beside ${seen.besides} of ${seen.sidecars} XML file[s]; ${what}; ${seen.audio} audio file[s]`;
}
