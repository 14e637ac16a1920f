import { LongplayError } from '../../core/base/error.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Importer } from '../../core/model/importer.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import type { PipelineEvent } from '../events/events.ts';
import { importOptions, openSources, storeOf } from '../read/open-sources.ts';

/** Yields a first mapping file for the source as text. @throws LongplayError U113 if there is no basis for one */
export async function* proposeMapping(
  request: Pick<JobRequest, 'sources' | 'zone' | 'encoding' | 'mapping' | 'store'>,
  tools: { readonly importers: readonly Importer[]; readonly media: MediaJudge; readonly temporary: string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, string> {
  await using opened = await openSources(request.sources, tools.temporary, signal, storeOf(request));
  yield { type: 'progress', phase: 'reading', done: 0, total: null, unit: 'tables', bytes: 0, bytesTotal: null, audioMs: 0 };
  for (const importer of tools.importers) {
    const text = (await importer.propose?.(opened.source, importOptions(request, opened.scratch, tools.media), signal)) ?? null;
    if (text !== null) return text;
  }
  throw new LongplayError(
    'usage',
    'U113',
    `${opened.source.name} contains no table for a mapping, and the names of its audio files share no pattern that contains a time`,
    'write a mapping by hand for the file names (docs/reference/mapping-file.md), or ask for a table of the calls',
  );
}
