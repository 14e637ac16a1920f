import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entryBytes } from '../../../src/log/entries/log-entry.ts';
import { digestLists } from '../../../src/log/files/digest-list.ts';
import { openLog } from '../../../src/log/log.ts';
import { readLog } from '../../../src/log/read/read-log.ts';
import { calm } from '../../archive/rig.ts';
import { scratchFolder } from '../authority.ts';
import { newArchive, now } from '../rig.ts';

test('the list of a log has a line per full file of entries, which sha512sum accepts, and one per further entry', async () => {
  const { archive, keys, log } = await newArchive(scratchFolder());
  const writer = await openLog(archive, { keys, now });
  await writer.appendAll(Array.from({ length: 600 }, (_, at) => ({ type: 'bag-copied', detail: { bag: `2020/${at}` } })));
  await writer.close();
  const listOf = digestLists(archive);
  const textOf = async (size: number): Promise<string> => Buffer.from(await listOf(size, calm)).toString('utf8');
  const large = await textOf(601);
  const files = large.split('\n').filter((line) => line.includes('tile/'));
  expect(files.map((line) => line.slice(130))).toEqual(['tile/entries/000', 'tile/entries/001']);
  expect(spawnSync('sha512sum', ['--strict', '-c', '-'], { cwd: log, input: files.join('\n'), encoding: 'utf8' })).toMatchObject({ status: 0 });
  const entries = new Map<number, string>();
  for await (const item of readLog(archive, calm)) {
    if (item.kind === 'log-entry') entries.set(item.seq, createHash('sha512').update(entryBytes(item)).digest('hex'));
  }
  const further = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, at) => `${entries.get(from + at + 1)}  ${from + at + 1}`);
  expect(large.trimEnd().split('\n').slice(2)).toEqual(further(512, 601));
  // Smaller sizes after it, at and beside the border of a file.
  expect((await textOf(256)).trimEnd().split('\n')).toEqual(files.slice(0, 1));
  expect((await textOf(255)).trimEnd().split('\n')).toEqual(further(0, 255));
  expect((await textOf(257)).trimEnd().split('\n')).toEqual([...files.slice(0, 1), ...further(256, 257)]);
  expect(await textOf(0)).toBe('');
  await expect(listOf(602, calm)).rejects.toMatchObject({ code: 'L105' });
  // A missing file has no digest: a list of the others would prove too little.
  rmSync(join(log, 'tile/entries/001'));
  await expect(digestLists(archive)(601, calm)).rejects.toMatchObject({ code: 'L105' });
});
