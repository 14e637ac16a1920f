import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { printable } from '../../core/words/printable.ts';
import { exitCodeOf } from './exit-code.ts';
import { createProgressLine } from './progress-line.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';

/** Creates a reporter that prints one JSON object per line on stdout, each with a `type`; the last is the summary. */
export function createJsonReporter(options: ReporterOptions): Reporter {
  const { out } = options;
  const progress = createProgressLine(options);
  // Escaping invisible characters is safe: inside strings an escape means the same character, and outside strings there are none.
  const print = (value: object): void => {
    progress.clear();
    out.write(`${printable(JSON.stringify(value))}\n`);
  };
  return {
    event: (event) => {
      if (event.type === 'progress') progress.update(event);
      else if (event.type === 'finding') print({ ...event, severity: findingTable.get(event.code)?.severity ?? 'error' });
      else print(event);
    },
    text: () => undefined,
    summary: (summary) => print(summary),
    failed: (error) =>
      print({
        type: 'error',
        exitCode: exitCodeOf(error),
        code: error instanceof LongplayError ? error.code : null,
        message: errorText(error),
        hint: error instanceof LongplayError ? error.hint : null,
        system: systemCode(error) ?? (error instanceof Error ? systemCode(error.cause) : null),
      }),
    progress: () => progress.tell(),
    close: () => progress.clear(),
  };
}
