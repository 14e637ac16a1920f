import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRig } from './rig.ts';

/** A document of one call in the sample of each importer that reads documents, by how it is read: as a table, as a sidecar, in the text of a message. */
const documents = [
  ['freeswitch', 'xml_cdr/a_00000001-0000-4000-8000-00000000000a.cdr.xml', 'T122'],
  ['freeswitch', 'json_cdr/00000002-0000-4000-8000-00000000000a.cdr.json', 'T132'],
  ['sidecar-xml', '2019/10/27/810001000000043---1d0d4b3e-2c9f-4f5d-b6ab-0a1be3bd7c03.xml', 'T122'],
  ['siprec', 'oracle/AavRXwIIQj1_39eJulTi-w==.xml', 'T122'],
  ['zoom-phone', 'recordings.json', 'T132'],
] as const;

test.each(documents)('a document of %s that is truncated is reported and ends an import with 3: %s', async (family, document, code) => {
  await using rig = createRig();
  cpSync(`samples/${family}`, rig.path('source'), { recursive: true });
  const bytes = readFileSync(rig.path('source', document));
  writeFileSync(rig.path('source', document), bytes.subarray(0, 0.6 * bytes.length));
  const { code: exit, lines, summary } = await rig.json(['import', 'source', '--into', 'archive', '--dry-run', '--zone', 'Europe/Berlin']);
  expect(exit).toBe(3);
  expect(summary.alarms).toMatchObject({ P272: 1 });
  const told = lines.filter((line) => line.type === 'finding' && line.code === code);
  expect(told).toHaveLength(1);
  expect(document).toContain(String(told[0]?.place).replace(/ record \d+$/, ''));
});
