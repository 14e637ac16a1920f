import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { readRecords } from '../../src/tables/records.ts';
import type { TableKind } from '../../src/tables/text/types.ts';

const signal = AbortSignal.timeout(60_000);

/** Returns number and bytes of each record that could not be read; null for unknown bytes. */
async function lostIn(bytes: Buffer, kind: TableKind): Promise<(readonly [number: number, bytes: Buffer | null])[]> {
  const options = { place: 'table', kind, declaredEncoding: null, scratch: '/nonexistent' };
  const lost: (readonly [number: number, bytes: Buffer | null])[] = [];
  for await (const item of readRecords(memoryReader(bytes, 'table'), options, signal)) {
    if (item.kind !== 'finding' || item.lost === undefined) continue;
    const { number, span } = item.lost;
    lost.push([number, span === null ? null : bytes.subarray(span.offset, span.offset + span.bytes)]);
  }
  return lost;
}

const csv = ['id;name;note', '1;Åsa;ok', '2;"Öberg;never closed', '3;東京;ok', '4;"x" y;text after', '5;Zoë;ok', ''];
// So much that the text before the lost rows was dropped from memory.
const long = [csv[0], ...Array.from({ length: 4_000 }, (_, n) => `${n};Åström 東京;a row of some length`), ...csv.slice(1)];

describe('the bytes of a record that could not be read', () => {
  test.each(['utf8', 'utf16le', 'win1252'] as const)('of a separated table in %s are those of its line', async (encoding) => {
    const lines = encoding === 'win1252' ? csv.map((line) => line.replace('東京', 'Köln')) : csv;
    const bytes = iconv.encode(lines.join('\r\n'), encoding, { addBOM: encoding === 'utf16le' });
    const found = await lostIn(bytes, 'csv');
    expect(found.map(([number, span]) => [number, span === null ? null : iconv.decode(span, encoding)])).toEqual([
      [3, `${lines[2]}\r\n`],
      [5, `${lines[4]}\r\n`],
    ]);
  });

  test('are right far into a table, after a byte order mark', async () => {
    const bytes = Buffer.from(`\ufeff${long.join('\n')}`, 'utf8');
    expect(bytes.length).toBeGreaterThan(150_000);
    const found = await lostIn(bytes, 'csv');
    expect(found.map(([number, span]) => [number, span?.toString('utf8')])).toEqual([
      [4_003, `${csv[2]}\n`],
      [4_005, `${csv[4]}\n`],
    ]);
  });

  test('are right after bytes that are invalid in the encoding', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffid;name\n1;'), Buffer.from([0xff]), Buffer.from('\n2;"open\n3;c\n4;d\n')]);
    expect((await lostIn(bytes, 'csv')).map(([number, span]) => [number, span?.toString()])).toEqual([[3, '2;"open\n']]);
  });

  test('of JSON, XML and a dump are those of the record', async () => {
    const json = Buffer.from('[{"id":1,"name":"Åsa"},\n{"id":2,"name":"Öb"erg"},\n{"id":3,"name":"Zoë"}]');
    expect((await lostIn(json, 'json')).map(([number, span]) => [number, span?.toString()])).toEqual([[2, '{"id":2,"name":"Öb"erg"},\n']]);
    const xml = Buffer.from('<calls><call id="1">Åsa</call><call id="2"><b>Öberg</call><call id="3">Zoë</call></calls>');
    expect((await lostIn(xml, 'xml')).map(([number, span]) => [number, span?.toString()])).toEqual([[2, '<call id="2"><b>Öberg</call>']]);
    const dump = Buffer.from(
      "-- MySQL dump\nCREATE TABLE `cdr` (`id` int, `name` text);\nINSERT INTO `cdr` VALUES (1,'Åsa'),(2,'Öberg','more'),(3,'Zoë');\n-- Dump completed\n",
    );
    expect((await lostIn(dump, 'sql')).map(([number, span]) => [number, span?.toString()])).toEqual([[2, "(2,'Öberg','more')"]]);
    const copy = Buffer.from('SET standard_conforming_strings = on;\nCOPY cdr (id, name) FROM stdin;\n1\tÅsa\n2\tÖberg\tmore\n3\tZoë\n\\.\n');
    expect((await lostIn(copy, 'sql')).map(([number, span]) => [number, span?.toString()])).toEqual([[2, '2\tÖberg\tmore']]);
  });
});
