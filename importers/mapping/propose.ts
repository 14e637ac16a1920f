import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { ImportOptions } from '../../src/core/model/importer.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';
import { type JoinGuess, searchJoin } from './guess-join.ts';
import { type Guess, guessByName } from './guess-names.ts';
import { guessDirections, guessDuration, guessTime } from './guess-values.ts';
import { type Look, lookAt, mayBeTable } from './look.ts';
import { readMapping } from './mapping-read.ts';
import { type Fit, suggestMappings } from './suggest.ts';

/** Largest number of tables that are examined. */
const tablesMax = 20;

/**
 * Proposes a mapping file for the contents of a source: the table whose columns say most, what its headings and values show, and how its rows find their audio; or a known
 * naming scheme. Every line that may be wrong ends in a question mark. The proposal contains no value of any row. Null: there is no table, and the names say nothing.
 */
export async function proposeMapping(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null> {
  const tables: Entry[] = [];
  const endings = new Map<string, number>();
  let audio = 0;
  for await (const entry of source.entries(signal)) {
    if (options.media.kindOfName(entry.path) !== null) audio++;
    else if (mayBeTable(entry.path)) {
      const ending = extension(entry.path).toLowerCase();
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      if (tables.length < tablesMax) tables.push(entry);
    }
  }
  let best: { look: Look; score: number } | null = null;
  for (const entry of tables) {
    const look = await lookAt(source, entry, options, signal);
    if (look === null || look.rows.length === 0) continue;
    const score = guessByName(look.names).size * 1_000 + look.rows.length;
    if (best === null || score > best.score) best = { look, score };
  }
  const fits = await suggestMappings(source, options, signal);
  // Names alone are weaker evidence than a table of any kind.
  const fit = fits.find(({ byTable }) => byTable) ?? (best === null ? fits[0] : undefined);
  const text =
    fit !== undefined ? shipped(fit, options) : best === null ? null : await withTable(source, best.look, { endings, audio }, options, signal);
  // A proposal that cannot be read back is a bug: it shows here, not at the user's next step.
  if (text !== null) readMapping({ name: 'proposal', text }, options.zone);
  return text;
}

/** Returns a shipped mapping as the beginning of the user's own. */
function shipped({ mapping, evidence, text }: Fit, { zone, encoding }: ImportOptions): string {
  const zoned = zone === null ? text : text.replace(/^# zone = .*$/m, () => `zone = ${quoted(zone)}`);
  const begun = encoding === null ? zoned : zoned.replace(/^\[source\]$/m, () => `[source]\nencoding = ${quoted(encoding)}`);
  return [
    `# The mapping ${mapping} that ships with longplay, proposed because ${printable(evidence)}.`,
    '# What `check` lists needs your answer. docs/reference/mapping-file.md explains every key.',
    '',
    begun,
  ].join('\n');
}

/** What the names of a source's files say. */
interface NamesSeen {
  /** How many files have each ending, in lower case. */
  readonly endings: ReadonlyMap<string, number>;
  /** Number of audio files. */
  readonly audio: number;
}

async function withTable(source: Source, look: Look, { endings, audio }: NamesSeen, options: ImportOptions, signal: AbortSignal): Promise<string> {
  const search = searchJoin(look);
  for await (const entry of source.entries(signal)) if (options.media.kindOfName(entry.path) !== null) search.see(entry.path);
  const join = search.guess();
  const { lines, local } = columnLines(look, join);
  const ending = extension(look.path);
  const alone = (endings.get(ending.toLowerCase()) ?? 0) < 2;
  return [
    ...head(`the first ${look.rows.length} records of ${printable(look.path)}, and ${audio} audio files`),
    ...sourceSection(printable(source.name), options, local),
    '[table]',
    `files = ${quoted(alone ? baseName(look.path) : `*${ending}`)}${alone ? '' : '  # every file of this kind; they must have the same columns?'}`,
    `kind = "${look.kind}"`,
    ...dialectLines(look),
    '',
    ...lines,
    '',
    ...joinLines(look, join),
    '',
  ].join('\n');
}

function head(basis: string): string[] {
  return [
    `# A first mapping, proposed by longplay from ${basis}.`,
    '# Lines that end in a question mark need your answer. docs/reference/mapping-file.md explains every key.',
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
  return ['[source]', `name = ${quoted(name)}`, ...zone, ...(options.encoding === null ? [] : [`encoding = ${quoted(options.encoding)}`]), ''];
}

function dialectLines(look: Look): string[] {
  if (look.kind === 'xml') return [`record = ${quoted(look.record)}`];
  if (look.kind === 'json') return look.listPath === '' ? [] : [`path = ${quoted(look.listPath)}`];
  const separator = look.separator === '\t' ? 'tab' : (look.separator ?? ',');
  return [
    `separator = ${quoted(separator)}`,
    `# Encoding: ${look.encoding ?? ''}.`,
    ...(look.hasHeader === false
      ? ['header = false', `columns = [${look.names.map(quoted).join(', ')}]  # the first row is data: name the columns?`]
      : look.hasHeader === null
        ? ['# Nothing shows whether the first row names the columns: is it a header?']
        : []),
  ];
}

/** The line for a column of directions. A column with no plain word in it may be anything: its values are not repeated here. */
function directionLine(direction: string, values: readonly string[]): string {
  const words = guessDirections(values);
  const list = (found: readonly string[]): string => `[${found.map(quoted).join(', ')}]`;
  const lists = (['in', 'out', 'internal'] as const).filter((kind) => words[kind].length > 0).map((kind) => `, ${kind} = ${list(words[kind])}`);
  const isUnknown = (lists.length === 0 && words.open.length > 0) || words.open.length > 8;
  const open = isUnknown ? '  # into which list do its values belong?' : `  # into which list do ${words.open.map(printable).join(', ')} belong?`;
  return `direction = { column = ${quoted(direction)}${lists.join('')} }${words.open.length === 0 ? '' : open}`;
}

function columnLines(look: Look, join: JoinGuess | null): { lines: string[]; local: boolean } {
  const guesses = guessByName(look.names);
  const lines = ['[columns]'];
  const subs: string[] = [];
  const used = new Set<string>();
  let local = false;
  const column = (guess: Guess): string | null => guesses.get(guess) ?? null;
  const valuesOf = (name: string): string[] => look.rows.map((row) => row.get(name) ?? '').filter((value) => value.trim() !== '');
  const use = (name: string, line: string): void => {
    used.add(name);
    lines.push(line);
  };
  const key = column('key') ?? (join?.by === 'fields' ? join.column : null);
  if (key === null) lines.push('# key = "…"  # no column looks like an id: which one names a recording?');
  else {
    const values = valuesOf(key);
    const repeated = values.length - new Set(values).size;
    use(key, `key = ${quoted(key)}${repeated === 0 ? '' : `  # ${repeated} of ${values.length} values repeat another: is a second column needed?`}`);
  }
  for (const name of ['start', 'answer', 'end'] as const) {
    const found = column(name) ?? (name === 'start' ? timeColumn(look, used) : null);
    if (found === null) continue;
    const time = guessTime(valuesOf(found));
    if (time === null) {
      if (valuesOf(found).length > 0) lines.push(`# ${name} = { column = ${quoted(found)}, format = "…" }  # how are these times written?`);
      continue;
    }
    local ||= time.local;
    const doubt = time.dayMonthOpen ? '  # day or month first? These rows do not show it' : '';
    use(
      found,
      time.format === 'iso' ? `${name} = ${quoted(found)}` : `${name} = { column = ${quoted(found)}, format = ${quoted(time.format)} }${doubt}`,
    );
  }
  const duration = column('duration');
  const unit = duration === null ? null : guessDuration(duration, valuesOf(duration));
  if (duration !== null && unit !== null) {
    use(
      duration,
      `duration = { column = ${quoted(duration)}, unit = "${unit.unit}" }${unit.shown ? '' : '  # numbers without a unit: are these right?'}`,
    );
  }
  for (const party of ['caller', 'callee', 'customer', 'agent'] as const) {
    const found = column(party);
    const id = party === 'agent' ? column('agent-id') : null;
    if (found !== null) used.add(found);
    if (id !== null) used.add(id);
    if (id !== null) lines.push(`agent = { ${found === null ? '' : `name = ${quoted(found)}, `}id = ${quoted(id)} }`);
    else if (found !== null) lines.push(`${party} = ${quoted(found)}`);
  }
  const direction = column('direction');
  if (direction !== null) use(direction, directionLine(direction, valuesOf(direction)));
  for (const [guess, section, name] of [
    ['queue', 'org', 'queue'],
    ['correlation', 'correlation', 'interaction'],
    ['comment', 'tags', 'comment'],
  ] as const) {
    const found = column(guess);
    if (found === null) continue;
    used.add(found);
    subs.push('', `[columns.${section}]`, `${name} = ${quoted(found)}`);
  }
  const joined = join?.column ?? null;
  const status = column('status');
  const rest = look.names.filter((name) => !used.has(name) && name !== joined && name !== status);
  const kept =
    rest.length === 0 ? [] : [`# Kept under their own names: ${rest.slice(0, 40).map(printable).join(', ')}${rest.length > 40 ? ' …' : ''}.`];
  const said =
    status === null
      ? []
      : ['', '# [status]', `# column = ${quoted(status)}`, '# deleted = ["…"]  # which of its values mean that the audio was deleted on purpose?'];
  return { lines: [...lines, ...kept, ...subs, ...said], local };
}

/** Returns a column whose values are times although no heading says so; null if there is none. */
function timeColumn(look: Look, used: ReadonlySet<string>): string | null {
  for (const name of look.names) {
    if (used.has(name)) continue;
    const values = look.rows.map((row) => row.get(name) ?? '').filter((value) => value.trim() !== '');
    const guess = guessTime(values);
    // A bare eight-digit number is more often an id than a date.
    if (guess !== null && guess.format !== 'YYYYMMDD' && values.some((value) => /[:T]/.test(value) || /epoch/.test(guess.format))) return name;
  }
  return null;
}

function joinLines(look: Look, join: JoinGuess | null): string[] {
  if (join === null) {
    const column = guessByName(look.names).get('file') ?? guessByName(look.names).get('key') ?? look.names[0] ?? '';
    return ['[join]', `column = ${quoted(column)}  # no value of any column names an audio file: how does a row find its audio?`, 'match = "stem"'];
  }
  const fitting = `  # ${join.fitting} of ${join.of} values are names of audio${join.fitting * 2 < join.of ? ': is this the column?' : ''}`;
  if (join.by === 'file') {
    return [
      '[join]',
      `column = ${quoted(join.column)}${fitting}`,
      `match = "${join.match}"${join.match === 'name' ? '  # the folders in the values are not those of the source: strip = ["…"] and match = "path" would be safer?' : ''}`,
      ...(join.ignoreCase ? ['ignore-case = true'] : []),
    ];
  }
  return [
    '[files]',
    `template = ${quoted(join.template)}  # what do the other parts of the name mean?`,
    '',
    '[join]',
    `fields = { id = ${quoted(join.column)} }${fitting}`,
  ];
}

/** Returns text as a TOML basic string. */
function quoted(text: string): string {
  return JSON.stringify(wellFormed(text)).replaceAll('\u007f', '\\u007f');
}

/** Returns text for a comment: one line, no control characters. */
function printable(text: string): string {
  return wellFormed(text)
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
    .slice(0, 200);
}

/** Replaces lone surrogates, which TOML cannot write. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
