import type { Importer, ImportOptions, Suggestion } from '../../core/model/importer.ts';
import type { Source } from '../../core/model/source.ts';

/** Returns shipped mappings that fit an unrecognised source, from every importer that reads mappings. */
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

/** Formats a suggestion as half a sentence: the evidence, and the option to use. */
export function suggestionText({ mapping, evidence }: Suggestion): string {
  return `${evidence}: --mapping ${mapping}`;
}
