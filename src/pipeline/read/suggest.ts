import type { Importer, ImportOptions, Suggestion } from '../../core/model/importer.ts';
import type { Source } from '../../core/model/source.ts';

/** Mappings that ship and fit a source that no importer knows, from every importer that reads mappings. */
export async function suggestions(
  source: Source,
  importers: readonly Importer[],
  options: ImportOptions,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  if (options.mapping !== null) return [];
  const found: Suggestion[] = [];
  for (const importer of importers) found.push(...((await importer.suggest?.(source, options, signal)) ?? []));
  return found;
}

/** A suggestion as half a sentence: the evidence, and what to say. */
export function suggestionText({ mapping, evidence }: Suggestion): string {
  return `${evidence}: --mapping ${mapping}`;
}
