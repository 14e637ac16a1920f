import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchTables } from '../../src/cases/person/search-tables.ts';
import { personOf } from '../../src/core/identity/person.ts';
import type { ArchivedTable } from '../../src/pipeline/open/read-kept-tables.ts';
import { measuredRun, watchLoad } from './measured-run.ts';

// Measures how long `subject` searches kept tables: node dist/test/bench/table-search.js MEGABYTES

const firstNames = ['Anna', 'Björn', 'Cecilia', 'Daniel', 'Eva', 'Fredrik', 'Gunilla', 'Håkan', 'Ingrid', 'Johan', 'Åsa', 'Örjan'];
const lastNames = ['Andersson', 'Bergström', 'Carlsson', 'Ek', 'Forsberg', 'Håkansson', 'Isaksson', 'Karlsson', 'Lindqvist', 'Öberg', 'Söderlund'];

let state = 1;
/** Numbers from 0 to `below` - 1, the same in every run. */
function next(below: number): number {
  state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
  return (state >>> 8) % below;
}

function row(index: number): Readonly<Record<string, string | number>> {
  const name = (): string => `${firstNames[next(firstNames.length)]} ${lastNames[next(lastNames.length)]}`;
  const number = (): string => `+4415314960${String(next(1_000)).padStart(3, '0')}`;
  return {
    id: `${1_704_067_200 + index}.${next(1_000)}`,
    start: new Date(Date.UTC(2024, 0, 1) + index * 20_000).toISOString(),
    seconds: next(3_600),
    caller: number(),
    callerName: name(),
    callee: number(),
    agent: name(),
    queue: `queue-${next(20)}`,
    file: `2024/${index}.wav`,
    note: next(5) === 0 ? 'asked about the invoice of May; "urgent" & open' : '',
  };
}

/** How each kind of table is written. */
const kinds: Readonly<Record<string, { readonly head: string; readonly one: (index: number) => string; readonly tail: string }>> = {
  csv: {
    head: `${Object.keys(row(0)).join(',')}\n`,
    one: (index) =>
      `${Object.values(row(index))
        .map((cell) => (/[",]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell))
        .join(',')}\n`,
    tail: '',
  },
  json: { head: '{"calls":[\n', one: (index) => `${index === 0 ? '' : ',\n'}${JSON.stringify(row(index))}`, tail: '\n]}\n' },
  xml: {
    head: '<?xml version="1.0"?>\n<export>\n',
    one: (index) => {
      const written = (cell: string | number): string => String(cell).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      return `<call>${Object.entries(row(index))
        .map(([name, cell]) => `<${name}>${written(cell)}</${name}>`)
        .join('')}</call>\n`;
    },
    tail: '</export>\n',
  },
  sql: {
    head: '-- MySQL dump 10.13\n',
    one: (index) => {
      const begin = index % 500 === 0 ? `${index === 0 ? '' : ';\n'}INSERT INTO \`cdr\` VALUES ` : ',';
      return `${begin}(${Object.values(row(index))
        .map((cell) => `'${String(cell).replaceAll('"', '\\"')}'`)
        .join(',')})`;
    },
    tail: ';\n',
  },
};

const person = personOf(['Zoë Müller-Ångström', '+447700900123', 'Z. Müller', 'ag77'], '44');

async function search(archive: string, kind: string): Promise<void> {
  // What the search reads of the document of a table.
  const table = {
    part: { path: `table.${kind}` },
    source: { path: 'x' },
    site: '',
    importer: '',
    kind,
    continues: [],
  } as unknown as ArchivedTable['table'];
  for await (const found of searchTables(archive, [{ bag: 'bag', folder: 'data', table }], person, new AbortController().signal))
    process.stdout.write(`${JSON.stringify(found)}\n`);
}

async function main(megabytes: number): Promise<void> {
  const archive = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-'));
  const load = watchLoad();
  try {
    mkdirSync(join(archive, 'bags/bag/data'), { recursive: true });
    process.stdout.write(`| ${megabytes} MB of | CPU-s | MB per CPU-s | memory |\n|---|---|---|---|\n`);
    for (const [kind, { head, one, tail }] of Object.entries(kinds)) {
      const file = openSync(join(archive, 'bags/bag/data', `table.${kind}`), 'w');
      let size = writeSync(file, head);
      for (let index = 0; size < megabytes * 1e6; ) {
        let text = '';
        for (let more = 0; more < 1_000; more++) text += one(index++);
        size += writeSync(file, text);
      }
      writeSync(file, tail);
      closeSync(file);
      const { cpuSeconds, peakBytes } = await measuredRun(process.execPath, [fileURLToPath(import.meta.url), archive, kind]);
      const rate = size / 1e6 / cpuSeconds;
      process.stdout.write(`| ${kind.toUpperCase()} | ${cpuSeconds.toFixed(1)} | ${rate.toFixed(0)} | ${Math.round(peakBytes / 1e6)} MB |\n`);
    }
    process.stdout.write(`${load()}\n`);
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
}

const [, , first = '', kind] = process.argv;
if (kind === undefined) await main(Number(first));
else await search(first, kind);
