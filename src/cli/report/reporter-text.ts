import { styleText } from 'node:util';
import { errorText, isSystemTrouble, kindOfTrouble, LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Severity } from '../../core/findings/entries/types.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import type { AudioAccount } from '../../core/model/source-account.ts';
import { printable, printableText } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { Claims, FindingEvent, PipelineEvent, Reconciliation, VerdictEvent } from '../../pipeline/events/events.ts';
import { withoutText } from '../../pipeline/read/expected-audio.ts';
import { exitCodeOf, Interruption } from './exit-code.ts';
import { createProgressLine } from './progress-line.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { bytes, table } from './units.ts';

/** Creates a reporter for people: results on stdout, the rest on stderr. */
export function createTextReporter(options: ReporterOptions): Reporter {
  const { out, err, quiet, verbose, color } = options;
  const progress = createProgressLine(options);
  const seen = new Map<string, number>();
  const painter =
    (wanted: boolean) =>
    (style: 'red' | 'yellow' | 'dim' | 'bold' | 'green', text: string): string =>
      wanted ? styleText(style, text, { validateStream: false }) : text;
  const paint = painter(color.err);
  const paintResult = painter(color.out);
  const tell = (text: string): void => {
    progress.clear();
    err.write(`${printableText(text, color.err)}\n`);
  };
  const result = (text: string): void => {
    progress.clear();
    out.write(`${printableText(text, color.out)}\n`);
  };
  const severityWord = (severity: Severity): string =>
    severity === 'error' ? paint('red', 'error') : severity === 'warning' ? paint('yellow', 'warning') : paint('dim', 'note');

  const printFinding = (found: FindingEvent): void => {
    const severity = findingTable.get(found.code)?.severity ?? 'error';
    const times = (seen.get(found.code) ?? 0) + 1;
    seen.set(found.code, times);
    if (quiet && severity === 'note') return;
    if (!verbose && times > limits.findingsShown) return;
    tell(`${severityWord(severity)} ${found.code} ${printable(found.place)}: ${printable(found.message)}`);
  };
  const printVerdict = (verdict: VerdictEvent): void => {
    if (verdict.verdict === 'ok' && verdict.severity !== 'warning' && !verbose) return;
    const word =
      verdict.severity === 'warning'
        ? paintResult('yellow', verdict.verdict)
        : verdict.verdict === 'ok'
          ? paintResult('green', 'ok')
          : paintResult('red', verdict.verdict);
    result(`${word} ${verdict.code} ${printable(verdict.path)}: ${printable(verdict.message)}`);
  };

  return {
    event: (event: PipelineEvent) => {
      switch (event.type) {
        case 'progress':
          progress.update(event);
          return;
        case 'finding':
          printFinding(event);
          return;
        case 'verdict':
          printVerdict(event);
          return;
        case 'recognised':
          if (!quiet) tell(`${paint('bold', event.title)}, ${event.grade} (${gradeMeaning[event.grade]})\n  ${printable(event.evidence)}`);
          return;
        case 'claims':
          // A single accepted claim is reported as recognised.
          if (!quiet && (event.of === 'part' || event.claims.length > 1)) tell(claimsText(event));
          return;
        case 'reconciliation':
          // Also in cron mail: the account of rows and files is the result.
          result(reconciliationText(event));
          return;
        case 'bag':
          if (!quiet) tell(`bag ${event.bag}: ${counted(event.recordings, 'recording')}, ${bytes(event.bytes)}`);
          return;
        case 'notice':
          if (!quiet) tell(event.message);
          return;
        case 'result':
        case 'summary':
          // Commands format these themselves.
          return;
        default:
          event satisfies never;
      }
    },
    text: (text) => result(text),
    summary: (_summary, text) => {
      progress.clear();
      for (const [code, times] of seen) {
        if (quiet && findingTable.get(code)?.severity === 'note') continue;
        if (!verbose && times > limits.findingsShown)
          tell(`${code}: ${count(times - limits.findingsShown)} more of these; --verbose prints them all`);
      }
      if (text !== '') result(text);
      const [first] = seen.keys();
      if (first !== undefined && !quiet) tell(paint('dim', `what a code means: longplay explain ${first}`));
    },
    failed: (error) => {
      if (error instanceof Interruption) tell(`stopped: ${error.message}`);
      else if (error instanceof LongplayError) {
        const cause = saidBefore(error) ? '' : `\n  reason: ${printable(errorText(error.cause))}`;
        tell(`${paint('red', 'longplay')}: ${error.code} ${printable(error.message)}${cause}\n  next: ${printable(error.hint)}`);
      } else if (isSystemTrouble(error)) {
        tell(
          `${paint('red', 'longplay')}: ${printable(error.path ?? error.syscall)}: ${systemText(error)}\n  next: ${systemHint(error)}, then run the same command again`,
        );
      } else if (kindOfTrouble(error) === 'machine') {
        tell(
          `${paint('red', 'longplay')}: ${printable(errorText(error))}\n  next: give it more memory or use fewer --jobs, then run the same command again`,
        );
      } else {
        tell(`${paint('red', 'longplay')}: unexpected failure, this is a bug; please report it with the lines below`);
        tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
      if (exitCodeOf(error) === 130 || exitCodeOf(error) === 143) tell('run the same command again to continue');
    },
    progress: () => progress.tell(),
    close: () => progress.clear(),
  };
}

function systemHint(error: unknown): string {
  const isOut = ['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '');
  return isOut ? 'raise the limit of open files (ulimit -n 1024; LimitNOFILE=1024 in a unit of systemd) or use fewer --jobs' : 'fix the cause';
}

/** Returns true if the message already contains the cause, which is then not repeated. */
function saidBefore({ message, cause }: LongplayError): boolean {
  return cause === undefined || message.includes(systemCode(cause) ?? errorText(cause));
}

function claimsText({ source, of, claims, reason }: Claims): string {
  const alone = of === 'part' ? ' alone' : '';
  const who = claims.length === 0 ? 'no importer recognises' : claims.length === 1 ? '1 importer recognises' : `${claims.length} importers recognise`;
  const rows = claims.map(({ importer, title, grade, evidence }) => [importer, `${title}, ${grade}: ${printable(evidence)}`]);
  return [`${who} ${printable(source)}${alone}; ${reason}`, ...(rows.length === 0 ? [] : [table(rows, '  ')])].join('\n');
}

function reconciliationText(event: Reconciliation): string {
  const lines = [`Files: ${count(event.files)} in the source, ${bytes(event.bytes)}`];
  lines.push(
    table(
      event.byBucket.map(({ bucket, files, bytes: size }) => [files, bucket, bytes(size)]),
      '  ',
    ),
  );
  for (const { path, unit, records, byStatus } of event.tables) {
    lines.push(`Rows: ${count(records)} ${unit} in ${printable(path)}`);
    lines.push(
      table(
        Object.entries(byStatus).map(([status, number]) => [number, status]),
        '  ',
      ),
    );
  }
  lines.push(`Recordings: ${count(event.recordingsTotal)}`);
  lines.push(
    table(
      Object.entries(event.recordings).map(([status, number]) => [number, status]),
      '  ',
    ),
  );
  if (event.audio !== undefined && event.audio.calls > 0) lines.push(audioText(event.audio));
  return lines.filter((line) => line !== '').join('\n');
}

function audioText(audio: AudioAccount): string {
  const { calls, withAudio } = audio;
  const rest = withAudio === calls ? '' : `; without: ${withoutText(audio)}`;
  return `Calls with audio: ${count(withAudio)} of ${count(calls)} that rows describe${rest}`;
}
