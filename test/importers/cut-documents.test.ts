import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importers } from '../../importers/index.ts';
import { isAlarm } from '../../src/core/findings/finding-table.ts';
import { isLostRecord } from '../../src/core/findings/lost-record.ts';
import { importAll } from './import-all.ts';
import { memoryFilesOfFolder, memorySource } from './memory-source.ts';

type Files = Readonly<Record<string, Uint8Array>>;

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const isMetadata = /\.(?:csv|json|jsonl|xml|sql|log|txt|vcon)$|-\d\d-\d\d-\d\d-\d\d-[0-9a-f]{8}-/;
const folders: Readonly<Record<string, string>> = { asterisk: 'asterisk-normal', generic: 'generic-csv' };

/** A truncation of these does not show: a text without information, rows of which the last has no line end, a document that is damaged already. */
const showsNothing: Readonly<Record<string, readonly string[]>> = {
  finos: ['schema/broken.json'],
  'nice-engage': ['tables/tblScSamUnit.csv', 'tables/tblStorageCenter01.csv'],
  siprec: ['notes.txt'],
  vcon: ['notes.txt'],
};

/** Number of documents of an importer that are truncated. */
const mostCut = 4;

const mapping = { name: 'mapping.toml', text: readFileSync(join(samples, 'generic-csv/mapping.toml'), 'utf8') };

/** Findings that make an import end with 3. */
async function told(id: string, files: Files): Promise<readonly string[]> {
  const importer = importers.find((one) => one.id === id);
  if (importer === undefined) throw new Error(`there is no importer ${id}`);
  const options = { zone: 'Europe/Stockholm', mapping: id === 'generic' ? mapping : null };
  const { findings, recordings } = await importAll(importer, memorySource(files), options, 'repeat');
  const alarms = findings.filter((each) => {
    const code = each.slice(0, each.indexOf(' '));
    return isAlarm(code) || isLostRecord({ code });
  });
  const unread = recordings
    .filter(({ reconciliation }) => reconciliation.status === 'parse-error')
    .map(({ provenance }) => `unread ${provenance[0]?.path}`);
  return [...alarms, ...unread];
}

const withDocuments = importers.map(({ id }) => id).filter((id) => !['loose-files', 'voipmonitor'].includes(id));

it.each(withDocuments)('%s reports each document or table of its sample that is truncated in the middle or empty', async (id) => {
  const whole = await memoryFilesOfFolder(join(samples, folders[id] ?? id));
  const before = new Set(await told(id, whole));
  const paths = Object.keys(whole).filter((path) => isMetadata.test(path) && showsNothing[id]?.includes(path) !== true);
  expect(paths).not.toEqual([]);
  const silent: string[] = [];
  for (const path of paths.slice(0, mostCut)) {
    const content = whole[path] ?? new Uint8Array(0);
    const isSilent = async (bytes: Uint8Array): Promise<boolean> => (await told(id, { ...whole, [path]: bytes })).every((each) => before.has(each));
    if (await isSilent(content.subarray(0, content.length >> 1))) silent.push(`half of ${path}`);
    if (/\.(?:csv|json|jsonl|xml|sql)$/.test(path) && (await isSilent(new Uint8Array(0)))) silent.push(`0 bytes of ${path}`);
  }
  expect(silent).toEqual([]);
});
