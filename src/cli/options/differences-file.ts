import { resolve } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { removePartial } from '../../pipeline/files/digested-file.ts';
import { createLineFile } from '../../pipeline/files/line-file.ts';
import { csvRow } from '../../report/calls/csv.ts';
import type { Reporter } from '../report/reporter.ts';

/** Columns of the CSV of differences, in order. Values are JSON. */
const columns = ['key', 'bag', 'revision', 'member', 'before', 'after'] as const;

/**
 * Prints the differences between the archive's descriptions and those of an import as the import yields them, one line per member, on stdout. If the
 * user named a file, also writes them to it as CSV; the file appears when the import has ended.
 * @throws LongplayError A107 if the file cannot be written
 */
export async function* printDifferences<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: { readonly differences?: string; readonly json?: boolean },
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const path = options.differences === undefined ? null : resolve(options.differences);
  if (path !== null) removePartial(path);
  const file = path === null ? null : createLineFile(path);
  try {
    file?.write(`\ufeff${csvRow(columns)}`);
    const taken = withResult(events);
    for await (const event of taken) {
      if (event.type === 'result' && event.of === 'difference') {
        const { key, bag, revision, member } = event.value;
        const [before, after] = [event.value.before, event.value.after].map((value) => canonicalJson(value));
        file?.write(csvRow([String(key), String(bag), Number(revision), String(member), before ?? '', after ?? '']));
        if (options.json !== true) reporter.text(printable(`${key}  ${member}: ${before} → ${after}`));
      }
      yield event;
    }
    file?.finish();
    return taken.result();
  } finally {
    file?.discard();
  }
}
