import { agree } from '../../../src/core/base/agree.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { GuessedColumns } from './guess-columns.ts';
import { isParticipant, type JoinGuess } from './guess-join.ts';
import type { NameField, NameShape } from './guess-template.ts';
import type { WindowGuess } from './guess-window.ts';
import { readHeading } from './header-words.ts';
import type { Look } from './look.ts';
import { proposalMark } from './open-questions.ts';
import { printable, quoted, quotedColumns, written } from './proposed-line.ts';
import type { Fit } from './suggest.ts';

/** A table with all guesses about it. */
export interface GuessedTable {
  /** Name of the source. */
  readonly name: string;
  readonly look: Look;
  readonly guessed: GuessedColumns;
  readonly join: JoinGuess | null;
  readonly window: { readonly window: WindowGuess; readonly shape: NameShape } | null;
  /** Number of audio files. */
  readonly audio: number;
  /** Patterns of the table's files, and whether all files that match them are known to have its columns. */
  readonly tables: { readonly files: readonly string[]; readonly isSure: boolean };
}

/** Largest number of columns that are listed as kept. */
const keptMax = 40;
/** Smallest length of a value that does not equal the stem of a file name by coincidence. */
const stemChars = 5;

/** Returns a shipped mapping as a draft of the user's own. */
export function shippedProposal({ mapping, evidence, text }: Fit, { zone, encoding }: ImportOptions): string {
  const zoned = zone === null ? text : text.replace(/^# zone = .*$/m, () => `zone = ${quoted(zone)}`);
  const begun = encoding === null ? zoned : zoned.replace(/^\[source\]$/m, () => `[source]\nencoding = ${quoted(encoding)}`);
  return [
    `# The mapping ${mapping} that ships with longplay, proposed because ${printable(evidence)}.`,
    '# What `check` lists needs your answer. docs/reference/mapping-file.md explains every key.',
    '',
    begun,
  ].join('\n');
}

/** Returns the mapping of a table as text. */
export function tableProposal({ name, look, guessed, join, window, audio, tables }: GuessedTable, options: ImportOptions): string {
  const what = look.beside === null ? 'records' : 'documents';
  const place = look.table === '' ? printable(look.path) : `${printable(look.table)} in ${printable(look.path)}`;
  const key = guessed.lines.some(({ text }) => text.startsWith('key ='));
  const { status } = guessed;
  return [
    ...head(
      look.beside === null
        ? agree`the first ${look.rows.length} ${what} of ${place}, and ${audio} audio file[s]`
        : agree`${look.rows.length} document[s] beside audio files`,
    ),
    ...sourceSection(name, options, guessed.times.local),
    '[table]',
    `files = ${quotedColumns(tables.files)}${tables.isSure ? '' : '  # every file with such a name: does each describe calls in the same columns?'}`,
    `kind = "${look.kind}"`,
    ...dialectLines(look, guessed.lines.length),
    '',
    '[columns]',
    ...(key ? [] : ['# No column is certainly an id: the name of the file, or else the row, identifies a recording.']),
    ...guessed.lines.map(written),
    ...keptLines(guessed.rest),
    ...guessed.sections.flatMap(({ name: section, line }) => ['', `[columns.${section}]`, written(line)]),
    ...(status === null
      ? []
      : [
          '',
          '# Values that mean that the audio was deleted on purpose can be listed:',
          '# [status]',
          `# column = ${quoted(status)}`,
          '# deleted = ["…"]',
        ]),
    '',
    ...(look.beside !== null ? [] : window !== null ? windowLines(window.window, window.shape) : joinLines(look, join, audio)),
    '',
  ].join('\n');
}

/** Returns a mapping of names alone as text. */
export function namesProposal(name: string, shape: NameShape, options: ImportOptions): string {
  return [
    ...head(agree`the names of ${shape.of} audio file[s]`),
    ...sourceSection(name, options, true),
    '[files]',
    written({
      text: `template = ${quoted(shape.template)}`,
      evidence: [`${shape.fitting} of ${shape.of} names have this form`],
      doubts: orderDoubts(shape),
    }),
    '',
    '[files.columns]',
    ...shape.fields.flatMap((field) => fieldLines(field)),
    '',
  ].join('\n');
}

function orderDoubts({ dayMonthOpen }: NameShape): readonly string[] {
  return dayMonthOpen ? ['day or month first, which these names do not show'] : [];
}

/** Smallest number of digits in a name that may be a telephone number and therefore need a meaning. */
const phoneDigits = 7;

/** Returns the lines for a field of names: the meaning of the text before the field, or a question. */
function fieldLines({ name, is, label, directions, different, longest }: NameField): readonly string[] {
  const labelled = (key: string): readonly string[] => [
    written({ text: `${key} = ${quoted(name)}`, evidence: ['the word before it says so'], doubts: [] }),
  ];
  if (is === 'time') return [];
  if (is === 'direction' && directions !== null) {
    const lists = (['in', 'out', 'internal'] as const).flatMap((kind) =>
      directions[kind].length === 0 ? [] : [`, ${kind} = [${directions[kind].map(quoted).join(', ')}]`],
    );
    return [`direction = { column = ${quoted(name)}${lists.join('')} }`];
  }
  if (is === 'id') return [written({ text: `key = ${quoted(name)}`, evidence: ['no two names have the same'], doubts: [] })];
  if (label.has('caller') || label.has('from')) return labelled('caller');
  if (label.has('callee') || label.has('to')) return labelled('callee');
  if (label.has('agent')) return is === 'number' ? [`agent = { id = ${quoted(name)} }  # the word before it says so`] : labelled('agent');
  if (is === 'number' && longest >= phoneDigits)
    return [agree`# caller = ${quoted(name)}  # ${different} different number[s]: is it caller, callee, customer or key?`];
  return [`# ${name}: ${different} different ${is === 'number' ? 'numbers' : 'texts'}, kept under this name.`];
}

function head(basis: string): string[] {
  return [
    `${proposalMark} from ${basis}.`,
    '# Settle each line that ends in a question mark, and delete its question: `longplay import` asks for it. docs/reference/mapping-file.md explains every key.',
    '',
  ];
}

function sourceSection(name: string, options: ImportOptions, local: boolean): string[] {
  const zone =
    options.zone !== null
      ? [`zone = ${quoted(options.zone)}`]
      : local
        ? ['# zone = "Europe/Stockholm"  # the times name no zone: which one is the recorder’s clock in?']
        : [];
  return [
    '[source]',
    `name = ${quoted(printable(name))}`,
    ...zone,
    ...(options.encoding === null ? [] : [`encoding = ${quoted(options.encoding)}`]),
    '',
  ];
}

/** Number of columns with a meaning from which the first row certainly names the columns. */
const namedMin = 2;

function dialectLines(look: Look, meanings: number): string[] {
  const beside =
    look.beside === null ? [] : [agree`sidecars = true  # ${look.beside.length} document[s] [has|have] the name of an audio file beside them`];
  if (look.kind === 'sql' || look.kind === 'sqlite') return [`name = ${quoted(look.table)}`];
  if (look.kind === 'xml') return look.beside === null ? [`record = ${quoted(look.record)}`] : beside;
  if (look.kind === 'json') return [...(look.listPath === '' ? [] : [`path = ${quoted(look.listPath)}`]), ...beside];
  if (look.beside !== null) return beside;
  const separator = look.separator === '\t' ? 'tab' : (look.separator ?? ',');
  return [
    `separator = ${quoted(separator)}`,
    // A heading that is a word in some language shows that the encoding is right.
    look.isEncodingGuessed && look.names.some((name) => /[^\u0000-\u007f]/.test(name) && readHeading(name).concepts.size === 0)
      ? `# Encoding: ${look.encoding ?? ''}, a guess: are all headings spelled right, or has source.encoding to name another?`
      : `# Encoding: ${look.encoding ?? ''}.`,
    ...(look.linesBefore > 0 ? [`skip = ${look.linesBefore}  # lines before the header that leave columns empty`] : []),
    ...(look.typeRows > 0 ? [`skip-after-header = ${look.typeRows}  # the row after the header gives types`] : []),
    ...(look.hasHeader === false
      ? ['header = false', `columns = [${look.names.map(quoted).join(', ')}]  # the first row is data: name the columns?`]
      : look.hasHeader === null && meanings < namedMin
        ? ['# Nothing shows whether the first row names the columns: is it a header?']
        : []),
  ];
}

function keptLines(rest: readonly string[]): string[] {
  if (rest.length === 0) return [];
  return [`# Kept under their own names: ${rest.slice(0, keptMax).map(printable).join(', ')}${rest.length > keptMax ? ' …' : ''}.`];
}

function joinLines(look: Look, join: JoinGuess | null, audio: number): string[] {
  if (join === null) {
    const column = look.names[0] ?? '';
    const why = audio === 0 ? 'the source has no audio files' : 'no value of any column names an audio file';
    return ['[join]', `column = ${quoted(column)}  # ${why}: how does a row find its audio?`, 'match = "stem"'];
  }
  const fitting = agree`${join.fitting} of ${join.of} value[s] [names|name] audio`;
  if (join.by === 'file') {
    const short = join.match === 'stem' && look.rows.some((row) => (row.get(join.column)?.trim().length ?? stemChars) < stemChars);
    const isPerson = join.match === 'stem' && isParticipant(join.column);
    const doubts = [
      ...(isPerson ? ['several calls may have the same: is this the column'] : []),
      ...(join.fitting * 2 < join.of ? ['is this the column'] : []),
      ...(short ? ['short values may equal names by coincidence: is this the column'] : []),
    ];
    return [
      '[join]',
      written({ text: `column = ${quoted(join.column)}`, evidence: [fitting], doubts }),
      ...(join.match === 'name' ? ['# The folders in the values are not those of the source; strip = ["…"] and match = "path" would be safer.'] : []),
      `match = "${join.match}"`,
      ...(join.ignoreCase ? ['ignore-case = true'] : []),
    ];
  }
  const doubts = [
    ...(join.fitting * 2 < join.of ? ['is this the column'] : []),
    ...(join.repeated > 0 ? [agree`${join.repeated} row[s] [has|have] the value of another: do they share its file`] : []),
  ];
  return [
    '[files]',
    '# The other parts of the name are kept as they are.',
    `template = ${quoted(join.template)}`,
    '',
    '[join]',
    written({ text: `fields = { id = ${quoted(join.column)} }`, evidence: [fitting], doubts }),
  ];
}

function windowLines({ seconds, party, joined, of }: WindowGuess, shape: NameShape): string[] {
  const doubts =
    joined * 100 < of * 80
      ? ['is time the way to join them']
      : party === null
        ? ['calls that begin together cannot be told apart: which field has a party']
        : [];
  return [
    '[files]',
    written({ text: `template = ${quoted(shape.template)}`, evidence: [`${shape.fitting} of ${shape.of} names have this form`], doubts: [] }),
    '',
    '[join]',
    written({ text: `window = ${seconds}`, evidence: [`${joined} of ${of} names find one row by it`], doubts }),
    ...(party === null ? [] : [`party = { column = ${quoted(party.column)}, field = ${quoted(party.field)} }`]),
  ];
}
