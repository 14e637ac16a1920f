import { baseName, extension, withoutExtension } from '../../../src/core/base/safe-path.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { readMapping } from '../read/mapping-read.ts';
import { guessColumns } from './guess-columns.ts';
import { type JoinGuess, type RowFile, searchJoin } from './guess-join.ts';
import { timeInName } from './guess-name-time.ts';
import { guessNameShape } from './guess-template.ts';
import { guessWindow } from './guess-window.ts';
import { type Column, candidatesFor, columnsOf, hasValues, type Role, strengths } from './header-roles.ts';
import { documentsBeside, type Look, lookBeside, looksAt, tableByName } from './look.ts';
import { type GuessedTable, namesProposal, shippedProposal, tableProposal } from './proposal-text.ts';
import { suggestMappings } from './suggest.ts';

/** Largest number of tables that are examined; `audioMax`: of audio files whose names are examined. */
const tablesMax = 20;
const audioMax = 1_000;
/** Largest number of audio files that are remembered in order to find the documents beside them. */
const besideMax = 200_000;

/**
 * Proposes a mapping file for the contents of a source. Uses the table or documents with the most recognised headings and values, and finds how their rows
 * name audio files; without a table, uses the form of the names of the audio files. Every line states its evidence, and a line that is not certain ends in a question mark. The
 * proposal contains no value of any row except those of directions. Returns null if there is no table and the names show nothing.
 */
export async function proposeMapping(source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null> {
  const seen = await namesIn(source, options, signal);
  const looks = await looksIn(source, seen, options, signal);
  const best = bestOf(looks);
  const fits = await suggestMappings(source, options, signal);
  // Names alone are weaker evidence than any table, but documents beside audio may belong to a known family.
  const fit = fits.find(({ byTable }) => byTable) ?? (best === null || saysLittle(best) ? fits[0] : undefined);
  let text: string | null = null;
  if (fit !== undefined) text = shippedProposal(fit, options);
  else if (best !== null) text = await withTable(source, best, { ...seen, looks }, options, signal);
  else {
    const shape = guessNameShape(seen.names);
    if (shape !== null) text = namesProposal(source.name, shape, options);
  }
  // A proposal that cannot be read back is a bug: it shows here, not in the user's next step.
  if (text !== null) readMapping({ name: 'proposal', text }, options.zone);
  return text;
}

/** Facts from the names of a source's files. */
interface NamesSeen {
  readonly tables: readonly Entry[];
  /** Number of files by extension, in lower case. */
  readonly endings: ReadonlyMap<string, number>;
  /** Number of audio files. */
  readonly audio: number;
  /** Names of the first audio files. */
  readonly names: readonly string[];
  readonly documents: ReturnType<typeof documentsBeside>;
}

async function namesIn(source: Source, options: ImportOptions, signal: AbortSignal): Promise<NamesSeen> {
  const tables: Entry[] = [];
  const withoutEnding: Entry[] = [];
  const endings = new Map<string, number>();
  const names: string[] = [];
  const byStem = new Map<string, Entry>();
  let audio = 0;
  for await (const entry of source.entries(signal)) {
    if (options.media.kindOfName(entry.path) !== null) {
      audio++;
      if (names.length < audioMax) names.push(baseName(entry.path));
      if (byStem.size < besideMax) byStem.set(withoutExtension(entry.path), entry);
      continue;
    }
    const found = tableByName(entry.path);
    if (found === null) continue;
    const ending = extension(entry.path).toLowerCase();
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    const list = found === 'named' ? tables : withoutEnding;
    if (list.length < audioMax) list.push(entry);
  }
  // Files without an extension are examined last: most of them are not tables.
  return { tables: [...tables, ...withoutEnding], endings, audio, names, documents: documentsBeside(tables, byStem) };
}

async function looksIn(source: Source, { tables, documents }: NamesSeen, options: ImportOptions, signal: AbortSignal): Promise<readonly Look[]> {
  const looks: Look[] = [];
  const beside =
    documents.length > 1 || (documents.length === 1 && tables.length === 1) ? await lookBeside(source, documents, options, signal) : null;
  if (beside !== null) looks.push(beside);
  const isDocument = new Set(beside === null ? [] : documents.map(({ document }) => document.path));
  for (const entry of tables.filter(({ path }) => !isDocument.has(path)).slice(0, tablesMax))
    looks.push(...(await looksAt(source, entry, options, signal)));
  return looks.filter(({ rows }) => rows.length > 0);
}

interface Judged {
  readonly look: Look;
  readonly columns: readonly Column[];
  /** Number of meanings of its headings. */
  readonly said: number;
}

/** If the headings of documents beside audio have fewer meanings than this, a shipped mapping that fits the names of files takes precedence. */
const meaningsMin = 4;

function saysLittle({ look, said }: Judged): boolean {
  return look.beside !== null && said < meaningsMin;
}

const judgedRoles: readonly Role[] = [
  'key',
  'start',
  'answer',
  'end',
  'duration',
  'direction',
  'caller',
  'callee',
  'agent',
  'customer',
  'file',
  'queue',
  'link',
];

/** Returns the table whose headings have the most meanings; among equal ones, the one with the most rows. */
function bestOf(looks: readonly Look[]): Judged | null {
  let best: (Judged & { readonly score: number }) | null = null;
  for (const look of looks) {
    // The content of a list in the document is judged as the records of that list.
    const lists = looks.flatMap(({ path, listPath }) => (path === look.path && listPath !== '' && look.listPath === '' ? [`${listPath}.`] : []));
    const columns = columnsOf(look.names, look.rows);
    const judged = columns.filter((column) => hasValues(column) && !lists.some((list) => column.name.startsWith(list)));
    const said = judgedRoles.filter((role) => candidatesFor(role, judged).some(({ strength }) => strength >= strengths.likely)).length;
    const score = said * 1_000 + look.rows.length;
    if (best === null || score > best.score) best = { look, columns, said, score };
  }
  return best;
}

/** Facts from the names, and the tables that were examined. */
type Examined = NamesSeen & { readonly looks: readonly Look[] };

async function withTable(source: Source, { look, columns }: Judged, seen: Examined, options: ImportOptions, signal: AbortSignal): Promise<string> {
  const { join, files } = look.beside === null ? await joinIn(source, look, options, signal) : { join: null, files: besideFiles(look.beside) };
  const guessed = guessColumns({
    columns,
    files,
    joined: join?.column ?? null,
    joinedIsId: join?.by === 'fields',
    joinedIsFile: join?.by === 'file' && join.match !== 'stem',
    isUnnamed: look.hasHeader === false,
  });
  const shape = join === null && look.beside === null ? guessNameShape(seen.names) : null;
  const found = guessWindow(look, guessed.times.start, shape, seen.names, guessed.parties);
  const window = found === null || shape === null ? null : { window: found, shape };
  return tableProposal({ name: source.name, look, guessed, join, window, audio: seen.audio, tables: tablesLike(look, seen) }, options);
}

/** Returns the pattern of the files that have the columns of a table, and whether all files that match it are known to have them. */
function tablesLike(look: Look, { endings, looks, tables, documents }: Examined): GuessedTable['tables'] {
  const ending = extension(look.path);
  const pattern = `*${ending}`;
  const count = endings.get(ending.toLowerCase()) ?? 0;
  if (look.beside !== null) {
    const beside = documents.filter(({ document }) => extension(document.path).toLowerCase() === ending.toLowerCase()).length;
    return { files: [pattern], isSure: beside === count || tables.length === audioMax };
  }
  if (count < 2) return { files: [baseName(look.path)], isSure: true };
  const columns = look.names.join('\n');
  const alike = looks.filter(
    ({ kind, table, listPath, names }) => kind === look.kind && table === look.table && listPath === look.listPath && names.join('\n') === columns,
  );
  const files = [...new Set(alike.map(({ path }) => path))];
  if (ending === '') return namedAlike(files, tables);
  if (files.length === count) return { files: [pattern], isSure: true };
  return count <= tablesMax
    ? { files: files.map((path) => path.slice(path.lastIndexOf('!') + 1)), isSure: true }
    : { files: [pattern], isSure: false };
}

/** Returns a pattern of files without an extension: the common part of their names, up to the numbers that differ. */
function namedAlike(files: readonly string[], tables: readonly Entry[]): GuessedTable['tables'] {
  const names = files.map(baseName);
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  const common = first.slice(0, length).replace(/\d+$/, '');
  if (common === '') return { files: names, isSure: true };
  const count = tables.filter(({ path }) => extension(path) === '' && baseName(path).startsWith(common)).length;
  return { files: [`${common}*`], isSure: count === files.length };
}

async function joinIn(
  source: Source,
  look: Look,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ join: JoinGuess | null; files: readonly RowFile[] }> {
  const search = searchJoin(look);
  for await (const entry of source.entries(signal)) if (options.media.kindOfName(entry.path) !== null) search.see(entry);
  const join = search.guess();
  return { join, files: search.filesOf(join) };
}

function besideFiles(entries: readonly Entry[]): readonly RowFile[] {
  return entries.map(({ path, size, modifiedMs }, row) => ({ row, size, namedMs: timeInName(baseName(path)), modifiedMs }));
}
