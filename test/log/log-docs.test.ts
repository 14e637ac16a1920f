import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log/log.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { calm, temporaryFolder } from '../archive/rig.ts';
import { anyType } from './any-type.ts';
import { newArchive, now } from './rig.ts';

/** The shell blocks of the document, in their order: the steps of a person without longplay. */
const document = readFileSync(fileURLToPath(new URL('../../docs/reference/log.md', import.meta.url)), 'utf8');
const [print = '', verify = ''] = [...document.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block ?? '');

function shell(script: string, env: Readonly<Record<string, string>>): { readonly status: number | null; readonly stdout: string } {
  return spawnSync('bash', ['-euo', 'pipefail', '-c', script], { env: { PATH: process.env.PATH ?? '', ...env }, encoding: 'utf8' });
}

test("the document's commands print the entries and check the signature", async () => {
  using folder = temporaryFolder();
  const { archive, keys } = await newArchive(folder.path);
  const log = await openLog(archive, { now, keys });
  await log.appendAll(Array.from({ length: 600 }, (_, at) => ({ type: anyType('t'), detail: { at, text: 'ä'.repeat(at % 40) } })));
  await log.append(anyType('last'), {});
  await log.close();
  const printed = shell(print, { ARCHIVE: archive.dir }).stdout.trimEnd().split('\n');
  const entries: string[] = [];
  for await (const item of readLog(archive, calm)) if (item.kind === 'log-entry') entries.push(item.type);
  expect(printed.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(entries);
  const { key } = (JSON.parse(printed[0] ?? '') as { detail: { key: string } }).detail;
  expect(shell(verify, { ARCHIVE: archive.dir, KEY: key })).toMatchObject({ status: 0, stdout: expect.stringContaining('Verified Successfully') });
  const checkpoint = join(archive.dir, 'log/checkpoint');
  writeFileSync(checkpoint, readFileSync(checkpoint, 'utf8').replace('\n602\n', '\n601\n'));
  expect(shell(verify, { ARCHIVE: archive.dir, KEY: key }).status).not.toBe(0);
});
