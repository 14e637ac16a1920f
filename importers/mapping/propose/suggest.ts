import { agree } from '../../../src/core/base/agree.ts';
import { sliceReader } from '../../../src/core/base/bytes.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { baseName } from '../../../src/core/base/safe-path.ts';
import type { ImportOptions, Suggestion } from '../../../src/core/model/importer.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import { peekTables } from '../../../src/tables/peek-tables.ts';
import { readRecords } from '../../../src/tables/records.ts';
import { isMedium } from '../read/family.ts';
import { columnsMissing, type Mapping, type TableMapping, tableColumnsNamed } from '../read/mapping.ts';
import { readMapping } from '../read/mapping-read.ts';
import { shippedMappings } from '../read/shipped-mappings.ts';

/** A shipped mapping that fits a source. */
export interface Fit extends Suggestion {
  /** True if a table of the source has the columns of the mapping. */
  readonly byTable: boolean;
  readonly text: string;
}

/** Largest numbers of examined items: audio files and tables per mapping, and bytes and records of a table. */
const filesMax = 1_000;
const tablesMax = 4;
const lookBytes = 256 * 1024;
const lookRecords = 20;
/** Smallest number of required columns that identify a system. */
const columnsMin = 2;
const fitsMax = 3;

interface Candidate {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly mapping: Mapping;
  audio: number;
  fitting: number;
  readonly tables: Entry[];
}

/**
 * Returns the shipped mappings that fit the contents of a source, the likeliest first, with the evidence. Reads only names and the first rows of a few tables.
 */
export async function suggestMappings(source: Source, options: ImportOptions, signal: AbortSignal): Promise<readonly Fit[]> {
  const candidates = shippedMappings().map(
    ({ id, about, text }): Candidate => ({
      id,
      title: about.title,
      text,
      mapping: readMapping({ name: id, text }, options.zone),
      audio: 0,
      fitting: 0,
      tables: [],
    }),
  );
  for await (const entry of source.entries(signal)) {
    // Most entries are audio by their extension, and cannot be tables.
    const isAudio = options.media.kindOfName(entry.path) !== null;
    for (const each of candidates) {
      const { table, files } = each.mapping;
      if (!isAudio && table?.isTable(entry.path) === true) {
        if (each.tables.length < tablesMax) each.tables.push(entry);
      } else if (files.template !== null && each.audio < filesMax && isMedium(each.mapping, entry.path, options.media)) {
        each.audio++;
        if (files.template.match(entry.path) !== null) each.fitting++;
      }
    }
  }
  const fits: { readonly fit: Fit; readonly merit: number }[] = [];
  for (const each of candidates) {
    const found = await fitOf(each, source, options, signal);
    if (found !== null) fits.push(found);
  }
  return fits
    .sort((a, b) => b.merit - a.merit)
    .slice(0, fitsMax)
    .map(({ fit }) => fit);
}

async function fitOf(
  { id, title, text, mapping, audio, fitting, tables }: Candidate,
  source: Source,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ fit: Fit; merit: number } | null> {
  const { table, family } = mapping;
  const mayLack = new Set(table?.mayLack);
  const needed = tableColumnsNamed(mapping).filter((column) => !mayLack.has(column)).length;
  const named = fitting > 0 && fitting * 2 > audio;
  let like: Entry | null = null;
  for (const entry of table === null || needed < columnsMin ? [] : tables) {
    const names = table === null ? [] : await namesIn(source, entry, table, options, signal);
    if (names.length === 0 || columnsMissing(mapping, names).length > 0) continue;
    like = entry;
    break;
  }
  const nameless = table !== null && needed < columnsMin; // for documents whose values are not described, their presence must suffice
  const fits = table === null ? named : nameless ? named && tables.length > 0 : table.optional ? named || like !== null : like !== null;
  if (!fits) return null;
  const of = audio === filesMax ? `the first ${audio}` : String(audio);
  const evidence = [
    ...(like === null ? [] : [agree`${baseName(like.path)} has the ${needed} column[s] that ${family} writes`]),
    ...(named ? [agree`${fitting} of ${of} audio file[s] [is|are] named as ${family} names them`] : []),
  ];
  // Columns are stronger evidence than names, and many columns stronger than few.
  return {
    fit: { mapping: id, title, evidence: evidence.join(', '), byTable: like !== null, text },
    merit: (like === null ? 0 : needed * 10) + (named ? 5 : 0),
  };
}

/** Returns the names of columns, or of the values in the first records, as a mapping would read them; empty if the entry is not such a table. */
async function namesIn(source: Source, entry: Entry, table: TableMapping, options: ImportOptions, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const whole = await source.open(entry, signal);
    const { encoding: declaredEncoding, scratch } = options;
    if (table.kind === 'sql' || table.kind === 'sqlite') {
      const found = await peekTables(whole, entry.path, { declaredEncoding, scratch, kind: table.kind }, signal);
      return found.find((each) => each.table.toLowerCase() === table.name.toLowerCase())?.columns ?? [];
    }
    const reading = {
      place: entry.path,
      kind: table.kind,
      declaredEncoding,
      scratch,
      xmlRecord: table.record,
      jsonPath: table.path,
      header: table.names,
    };
    const names = new Set<string>();
    let records = 0;
    for await (const item of readRecords(sliceReader(whole, 0, lookBytes), reading, signal)) {
      if (item.kind === 'finding') continue;
      for (const [name] of item.pairs) names.add(name);
      if (++records >= lookRecords) break;
    }
    return [...names];
  } catch (error) {
    // A table that cannot be opened fits nothing; the import reports why.
    if (!(error instanceof LongplayError)) throw error;
    return [];
  }
}
