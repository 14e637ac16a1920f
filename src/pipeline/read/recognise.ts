import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { extension } from '../../core/base/safe-path.ts';
import { isAlarm } from '../../core/findings/finding-table.ts';
import type { Importer, ImportOptions } from '../../core/model/importer.ts';
import type { Source } from '../../core/model/source.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { suggestions, suggestionText } from './suggest.ts';

/** The importer that is used for a source, with its evidence. */
export interface Recognition {
  readonly importer: Importer;
  readonly evidence: string;
}

/**
 * Asks every importer and returns the one that is used. If the user named an importer, it is used; otherwise exactly one must recognise the source:
 * if two do, the error names both. A mapping file requires the importer that reads mappings.
 * @throws LongplayError U110, U111, U112
 */
export async function recognise(
  source: Source,
  importers: readonly Importer[],
  asked: string | null,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Recognition> {
  if (asked !== null) return namedImporter(source, importers, asked, options, signal);
  // The claim of the importer that reads mappings stands, whatever others recognise, and each of them would read the whole list of files.
  if (options.mapping !== null) {
    const [mapped] = await claimsOn(
      source,
      importers.filter(({ propose }) => propose !== undefined),
      options,
      signal,
    );
    if (mapped !== undefined) return mapped;
  }
  return takeClaim(await claimsOn(source, importers, options, signal), source, importers, options, signal);
}

/** Returns the importer that the user named, whatever the evidence. @throws LongplayError U110 */
export async function namedImporter(
  source: Source,
  importers: readonly Importer[],
  asked: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Recognition> {
  const importer = importers.find((candidate) => candidate.id === asked);
  if (importer === undefined) {
    const ids = importers.map((candidate) => candidate.id);
    throw new LongplayError('usage', 'U110', `there is no importer '${asked}'`, `${didYouMean(asked, ids)}the importers are ${ids.join(', ')}`);
  }
  return { importer, evidence: (await importer.recognise(source, options, signal)) ?? 'requested by name; no evidence of it was found' };
}

/** Returns every importer that recognises a source, with its evidence; a fallback importer only if no other one does. */
export async function claimsOn(
  source: Source,
  importers: readonly Importer[],
  options: ImportOptions,
  signal: AbortSignal,
): Promise<readonly Recognition[]> {
  const found: Recognition[] = [];
  for (const importer of importers) {
    if (importer.fallback === true) continue;
    const evidence = await importer.recognise(source, options, signal).catch((error: unknown) => {
      throw error instanceof LongplayError && error.code === 'I155' ? orUnread(source, error) : error;
    });
    if (evidence !== null) found.push({ importer, evidence });
  }
  if (found.length > 0) return found;
  for (const importer of importers) {
    if (importer.fallback !== true) continue;
    const evidence = await importer.recognise(source, options, signal);
    if (evidence !== null) return [{ importer, evidence }];
  }
  return [];
}

/** Returns the claim that needs no decision of the user; null if the user must choose, or there is no claim. */
export function standingClaim(claims: readonly Recognition[], { mapping }: Pick<ImportOptions, 'mapping'>): Recognition | null {
  const mapped = mapping === null ? undefined : claims.find(({ importer }) => importer.propose !== undefined);
  return mapped ?? (claims.length === 1 ? (claims[0] ?? null) : null);
}

/** Returns the claim that needs no decision of the user. @throws LongplayError U111, U112 */
export async function takeClaim(
  claims: readonly Recognition[],
  source: Source,
  importers: readonly Importer[],
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Recognition> {
  const standing = standingClaim(claims, options);
  if (standing !== null) return standing;
  if (claims.length > 0) {
    const named = claims.map(({ importer, evidence }) => `${importer.id} (${evidence})`).join('; ');
    throw new LongplayError(
      'usage',
      'U111',
      agree`${claims.length} importer[s] recognise ${source.name}: ${named}`,
      'name the right one with --importer, or give the parts of the source separately; with --join-sources they are joined',
    );
  }
  const { files, text, tables } = await inventory(source, signal);
  const [fit] = await suggestions(source, importers, options, signal);
  const refused = new LongplayError(
    'usage',
    'U112',
    files === 0 ? `${source.name} contains no files` : `nothing in ${source.name} looks like a recording: ${text}`,
    files === 0
      ? 'check the path, and that its disk is mounted'
      : fit !== undefined
        ? `a shipped mapping fits: ${suggestionText(fit)}; \`longplay importers ${fit.mapping}\` shows it`
        : tables
          ? 'let `longplay survey SOURCE --propose mapping.toml` describe its tables, then give that file with --mapping (docs/reference/mapping-file.md)'
          : 'check the path; `longplay identify SOURCE` identifies each file',
  );
  throw orUnread(source, refused);
}

/**
 * Returns the error for an unrecognised source. If parts of the source cannot be read, e.g. because a container is truncated before its first file,
 * the error names them as the reason.
 */
function orUnread(source: Source, refused: LongplayError): LongplayError {
  if (!source.findings.some(({ code }) => isAlarm(code))) return refused;
  return new LongplayError(
    'unread',
    refused.code,
    `${refused.message}; parts of it cannot be read, as reported above`,
    'export what is listed above again from the recorder, or restore it from a backup',
  );
}

/** A part of a source, and its importer. */
export interface RecognisedPart extends Recognition {
  readonly source: Source;
  readonly options: ImportOptions;
}

/**
 * Recognises each part of a source separately. A mapping file applies to the part that it fits.
 * @param asked `NAME=ID` pairs separated by commas, or one id for all parts, or null
 */
export async function recogniseParts(
  parts: readonly Source[],
  importers: readonly Importer[],
  asked: string | null,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<readonly RecognisedPart[]> {
  const askedOf = requestedParts(asked, parts);
  const found: RecognisedPart[] = [];
  for (const source of parts) {
    const id = askedOf.get(source.name) ?? null;
    const without = { ...options, mapping: null };
    try {
      found.push({ ...(await recognise(source, importers, id, options, signal)), source, options });
    } catch (error) {
      // I155: the mapping describes nothing in this part; it may be meant for another one.
      if (!(error instanceof LongplayError) || error.code !== 'I155') throw error;
      found.push({ ...(await recognise(source, importers, id, without, signal)), source, options: without });
    }
  }
  if (options.mapping !== null && found.every((part) => part.options.mapping === null)) {
    throw new LongplayError(
      'usage',
      'I155',
      agree`${options.mapping.name} fits none of ${parts.length} source[s]`,
      'correct the pattern in the mapping file, or name the right sources',
    );
  }
  return found;
}

/** Parses which importer the user named for which part. @throws LongplayError U119 */
export function requestedParts(asked: string | null, parts: readonly Source[]): ReadonlyMap<string, string> {
  if (asked === null) return new Map();
  if (!asked.includes('=')) return new Map(parts.map(({ name }) => [name, asked]));
  const names = parts.map(({ name }) => name);
  return new Map(
    asked.split(',').map((pair): [string, string] => {
      const at = pair.lastIndexOf('=');
      const [name, id] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      if (!names.includes(name))
        throw new LongplayError('usage', 'U119', `no source is named '${name}'`, `${didYouMean(name, names)}the sources are ${names.join(', ')}`);
      return [name, id];
    }),
  );
}

/** Largest number of extensions that a message names. */
const extensionsTold = 5;

/** Describes the content of a source by file extension, for a user who expected recordings. */
async function inventory(source: Source, signal: AbortSignal): Promise<{ files: number; text: string; tables: boolean }> {
  const counts = new Map<string, number>();
  let files = 0;
  for await (const entry of source.entries(signal)) {
    files++;
    const ending = extension(entry.path).toLowerCase();
    const kind = /^\.[a-z0-9]{1,8}$/.test(ending) ? ending : 'others';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort(([a, many], [b, more]) => more - many || byCodePoint(a, b));
  const told = kinds.slice(0, extensionsTold).map(([kind, count]) => `${count} ${kind}`);
  if (kinds.length > extensionsTold) told.push(agree`${kinds.length - extensionsTold} more kind[s]`);
  return {
    files,
    text: `${files} ${files === 1 ? 'file' : 'files'} (${told.join(', ')})`,
    tables: kinds.some(([kind]) => tableExtensions.has(kind)),
  };
}

const tableExtensions = new Set(['.csv', '.tsv', '.xml', '.json', '.jsonl', '.ndjson', '.sql', '.dump', '.db', '.db3', '.sqlite', '.sqlite3']);
