import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowOf } from '../../src/page/viewer/rows.ts';
import { openCatalog } from '../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { callRowOf } from '../../src/store/catalog/page-rows.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { createShardBuilder } from '../../src/viewer/files/shard.ts';
import { plainDocument } from '../archive/plain-document.ts';

test('a call without parties has the name of its file, on pages of a server and of a viewer; one with a party has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-names-'));
  const catalog = openCatalog(join(folder, 'catalog.sqlite'));
  try {
    const keys = ['calls/2019/a b.wav', 'calls.tar!x/c.wav', 'd.wav', 'folder/'];
    const parties = [{ role: 'caller', phone: parsePhone('1001'), name: null, agentId: null, device: null } as const];
    catalog.putBag('made/one', [
      ...keys.map((key, number) => catalogEntry(plainDocument(number, { key }))),
      catalogEntry(plainDocument(9, { key: 'calls/e.wav', parties })),
    ]);
    const builder = createShardBuilder();
    for (const found of catalog.search({})) builder.add(found, 'details');
    const shard = builder.build();
    const names = [...catalog.search({})].map((found) => callRowOf(found).name);
    expect(new Set(names)).toEqual(new Set(['a b.wav', 'c.wav', 'd.wav', 'folder/', undefined]));
    expect(names.map((_, row) => rowOf(shard, row).name)).toEqual(names);
  } finally {
    catalog.close();
    rmSync(folder, { recursive: true });
  }
});
