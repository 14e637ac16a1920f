import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { FindingEntry } from '../../core/findings/entries/types.ts';
import { findingTable, isAlarm } from '../../core/findings/finding-table.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { entrySections, entryTypes } from '../../log/entries/entry-types.ts';
import type { EntryMeaning } from '../../log/entries/types/meaning.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';
import { allWords, besideEntry, type CalledWord } from '../texts/explained-words.ts';

/** Declares `longplay explain CODE`. */
export const explainCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('explain')
    .summary('explain a finding, status, verdict, log entry or exit code')
    .description('Explains a code: what it means, what causes it, what to do.')
    .argument(
      '[code]',
      'a finding, e.g. F102, a status, e.g. row-without-audio, a verdict, e.g. corrupt, an entry of the log, e.g. bag-landed, or an exit code; default: list all findings',
    )
    .addOption(option('--markdown', 'print all findings as docs/reference/findings.md'))
    .addOption(option('--entries', 'print the types of log entries; with --markdown as docs/reference/log-entries.md'));
  withExamples(command, 'longplay explain A101', 'longplay explain row-without-audio', 'longplay explain 3');
  commonOptions(command).action(async (code: string | undefined, options: CommonOptions & { markdown?: boolean; entries?: boolean }) => {
    const chosen = code === undefined ? [...findingTable] : [...findingTable].filter(([known]) => known === code.toUpperCase());
    const words = code === undefined ? [] : wordsCalled(code);
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, null> {
      for (const word of words) yield { type: 'result', of: 'word', value: { ...word } };
      if (chosen.length === 0 && words.length === 0) {
        throw new LongplayError(
          'usage',
          'U109',
          `there is no code '${code}'`,
          agree`${didYouMean(code ?? '', [...allWords().keys()])}run \`longplay explain\` for the list of all ${findingTable.size} code[s]`,
        );
      }
      for (const [known, { severity, title, meaning, next }] of chosen)
        yield { type: 'result', of: 'code', value: { code: known, severity, title, meaning, next } };
      return null;
    };
    const ending = (): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { codes: chosen.length, words: words.length },
      text:
        options.entries === true
          ? entriesText(options.markdown === true)
          : options.markdown === true
            ? markdown()
            : code === undefined
              ? table(chosen.map(([known, entry]) => [known, entry.severity, entry.title]))
              : [...chosen.map(explained), ...words.map(({ word, kind, meaning, next }) => `${word}, ${kind}: ${meaning}\n\nNext: ${next}`)].join(
                  '\n',
                ),
    });
    done(await runCommand(context, { command: 'explain', options, pipeline, ending }, signal));
  });
};

function wordsCalled(code: string): readonly CalledWord[] {
  return allWords().get(code.toLowerCase()) ?? [];
}

function explained([code, { severity, title, meaning, next }]: readonly [string, FindingEntry]): string {
  const ends = isAlarm(code) ? '\n\nAn import, a dry run or a survey that reports it ends with exit code 3.' : '';
  return `${code}, ${severity}: ${title}\n\n${meaning}\n\nNext: ${next}${ends}`;
}

function entriesText(asPage: boolean): string {
  const all = Object.entries(entryTypes);
  if (!asPage) return table(all.map(([type, entry]) => [type, `details: ${besideEntry(entry)}`]));
  return [
    '# Entries of the log',
    '',
    'This page lists all types of entries in the [log](log.md). No entry names a caller, a user or any other person: an entry that a person caused has `who`, a pseudonym, and `detailsSha256`, the digest of its [details](../how-to/who.md), which are kept beside the log and can be erased. If the person gave a name other than the login with `--as`, the entry also has `claimed`, the pseudonym of the login. Nobody checks such a name; only the key of an approver proves who the person is. A member is listed where its name does not say what it is. `longplay explain TYPE` prints the meaning of a type, and `npm run docs` writes this page from the same list.',
    '',
    ...Object.entries(entrySections).flatMap(([title, types]) => [`## ${title}`, '', ...Object.entries(types).flatMap(describedEntry)]),
  ]
    .join('\n')
    .trimEnd();
}

/** Describes an entry type in Markdown. */
function describedEntry([type, { text, members, beside }]: readonly [string, EntryMeaning]): readonly string[] {
  const listed = Object.entries(members).map(([names, meaning]) => `- ${names.replace(/[a-zA-Z0-9]+/g, '`$&`')}: ${meaning}`);
  const more = [...listed, ...(beside === null ? [] : [`- in its details: ${beside}`])];
  return [
    `### \`${type}\``,
    '',
    `${text.startsWith('before ') ? `Written ${text}` : `${text.charAt(0).toUpperCase()}${text.slice(1)}`}.`,
    '',
    ...(more.length === 0 ? [] : [...more, '']),
  ];
}

function markdown(): string {
  const rows = [...findingTable].map(([code, { severity, title, meaning, next }]) => `| ${code} | ${severity} | ${title} | ${meaning} | ${next} |`);
  return [
    '# Findings and errors',
    '',
    'Codes never change meaning. `longplay explain CODE` prints the entry of a code, and `npm run docs` writes this page from the same table.',
    '',
    '| code | severity | title | meaning | next |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
