import { styleText } from 'node:util';
import { agree } from '../../core/base/agree.ts';
import { errorText, isSystemTrouble, kindOfTrouble, LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Severity } from '../../core/findings/entries/types.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import type { AudioAccount } from '../../core/model/source-account.ts';
import { printable, printableText } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { BagLanded, Claims, FindingEvent, PipelineEvent, Reconciliation, VerdictEvent } from '../../pipeline/events/events.ts';
import { withoutText } from '../../pipeline/read/expected-audio.ts';
import { exitCodeOf, Interruption } from './exit-code.ts';
import { createProgressLine } from './progress-line.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { bytes, table } from './units.ts';

type Style = 'red' | 'yellow' | 'dim' | 'bold' | 'green';
type Paint = (style: Style, text: string) => string;

const painter =
  (wanted: boolean): Paint =>
  (style, text) =>
    wanted ? styleText(style, text, { validateStream: false }) : text;

/** Creates a reporter for people: results on stdout, the rest on stderr. */
export function createTextReporter(options: ReporterOptions): Reporter {
  const { out, err, quiet, verbose, color } = options;
  const progress = createProgressLine(options);
  const [paint, paintResult] = [painter(color.err), painter(color.out)];
  const tell = (text: string): void => {
    progress.clear();
    err.write(`${printableText(text, color.err)}\n`);
  };
  const result = (text: string): void => {
    progress.clear();
    out.write(`${printableText(text, color.out)}\n`);
  };
  const findings = createFindingLines(options, paint, tell);
  return {
    event: (event: PipelineEvent) => {
      switch (event.type) {
        case 'progress':
          progress.update(event);
          return;
        case 'finding':
          findings.print(event);
          return;
        case 'verdict':
          if (event.verdict !== 'ok' || event.severity === 'warning' || verbose) result(verdictText(event, paintResult));
          return;
        case 'recognised':
          if (!quiet) tell(`${paint('bold', event.title)}, ${event.grade} (${gradeMeaning[event.grade]})\n  ${printable(event.evidence)}`);
          return;
        case 'claims':
          // If a single importer claims the source and is accepted, its event "recognised" says so.
          if (!quiet && (event.of === 'part' || event.claims.length > 1)) tell(claimsText(event));
          return;
        case 'reconciliation':
          // Printed also in mails of cron: the account of rows and files is the result.
          result(reconciliationText(event));
          return;
        case 'bag':
          if (!quiet) tell(`bag ${event.bag}: ${bagContent(event)}, ${bytes(event.bytes)}`);
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
      findings.printRest();
      if (text !== '') result(text);
      const first = findings.first();
      if (first !== null && !quiet) tell(paint('dim', `what a code means: longplay explain ${first}`));
    },
    failed: (error) => {
      for (const text of failureTexts(error, paint)) tell(text);
    },
    progress: () => progress.tell(),
    close: () => progress.clear(),
  };
}

/** Prints findings on stderr: of each code the first ones, or all. */
interface FindingLines {
  print(found: FindingEvent): void;
  /** Prints how many findings of each code were not printed. */
  printRest(): void;
  /** Returns the code of the first finding; null: there was none. */
  first(): string | null;
}

function createFindingLines({ quiet, verbose }: ReporterOptions, paint: Paint, tell: (text: string) => void): FindingLines {
  const seen = new Map<string, number>();
  const severityWord = (severity: Severity): string =>
    severity === 'error' ? paint('red', 'error') : severity === 'warning' ? paint('yellow', 'warning') : paint('dim', 'note');
  return {
    print: ({ code, place, message }) => {
      const severity = findingTable.get(code)?.severity ?? 'error';
      const times = (seen.get(code) ?? 0) + 1;
      seen.set(code, times);
      if (quiet && severity === 'note') return;
      if (!verbose && times > limits.findingsShown) return;
      tell(`${severityWord(severity)} ${code} ${printable(place)}: ${printable(message)}`);
    },
    printRest: () => {
      for (const [code, times] of seen) {
        if (quiet && findingTable.get(code)?.severity === 'note') continue;
        if (!verbose && times > limits.findingsShown)
          tell(`${code}: ${count(times - limits.findingsShown)} more of these; --verbose prints them all`);
      }
    },
    first: () => {
      const [first] = seen.keys();
      return first ?? null;
    },
  };
}

function verdictText({ verdict, severity, code, path, message }: VerdictEvent, paint: Paint): string {
  const style = severity === 'warning' ? 'yellow' : verdict === 'ok' ? 'green' : 'red';
  return `${paint(style, verdict)} ${code} ${printable(path)}: ${printable(message)}`;
}

/** Words the error that ended a command: what happened, and the next step. */
function failureTexts(error: unknown, paint: Paint): string[] {
  const name = paint('red', 'longplay');
  const texts: string[] = [];
  if (error instanceof Interruption) texts.push(`stopped: ${error.message}`);
  else if (error instanceof LongplayError) {
    const cause = saidBefore(error) ? '' : `\n  reason: ${printable(errorText(error.cause))}`;
    texts.push(`${name}: ${error.code} ${printable(error.message)}${cause}\n  next: ${printable(error.hint)}`);
  } else if (isSystemTrouble(error)) {
    texts.push(
      `${name}: ${printable(error.path ?? error.syscall)}: ${systemText(error)}\n  next: ${systemHint(error)}, then run the same command again`,
    );
  } else if (kindOfTrouble(error) === 'machine') {
    texts.push(`${name}: ${printable(errorText(error))}\n  next: provide more memory or use fewer --jobs, then run the same command again`);
  } else {
    texts.push(`${name}: unexpected failure, this is a bug; please report it with the lines below`);
    texts.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (exitCodeOf(error) === 130 || exitCodeOf(error) === 143) texts.push('run the same command again to continue');
  return texts;
}

function bagContent({ recordings, tables }: BagLanded): string {
  return tables === undefined ? counted(recordings, 'recording') : counted(tables, 'table');
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
  const who =
    claims.length === 0 ? 'no importer recognises' : claims.length === 1 ? '1 importer recognises' : agree`${claims.length} importer[s] recognise`;
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
