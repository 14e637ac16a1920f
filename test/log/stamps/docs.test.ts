import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renewStamps } from '../../../src/log/stamps/renewal.ts';
import { stampFile } from '../../../src/log/stamps/store.ts';
import { stampCheckpoint } from '../../../src/log/stamps/work.ts';
import { calm } from '../../archive/rig.ts';
import { root } from '../../cli/rig.ts';
import { makeAuthority, scratchFolder } from '../authority.ts';
import { checkpoint, rootsOf } from '../stamps.ts';

it('an auditor with only the document and OpenSSL verifies a stamp and its renewals, and finds an altered one', async () => {
  const dir = scratchFolder();
  const first = makeAuthority({ withMiddle: true });
  const second = makeAuthority({ from: '2028-01-01', below: first, key: 'rsa:3072' });
  const work = (authority: typeof first, at: string) => ({
    authority: authority.program(at),
    roots: rootsOf(first),
    policy: null,
    nowMs: Date.parse(at),
    timeoutMs: null,
  });
  await stampCheckpoint({ dir }, { size: 1234, bytes: checkpoint }, 'sha256', work(first, '2026-03-01'), calm);
  for (const [authority, at] of [
    [second, '2028-06-01'],
    [second, '2029-06-01'],
  ] as const)
    for await (const one of renewStamps({ dir }, new Set([1234]), work(authority, at), calm)) expect(one.kind).toBe('stamp-done');
  const folder = join(dir, 'log/stamps');
  cpSync(first.rootFile, join(folder, 'root.pem'));
  const blocks = [...readFileSync(join(root, 'docs/how-to/time-stamps.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
    ([, text = '']) => text,
  );
  expect(blocks).toHaveLength(2);
  const run = (script: string, at: string): { readonly status: number | null; readonly said: string } => {
    const { status, stdout, stderr } = spawnSync('faketime', ['-f', `${at} 00:00:00`, 'sh', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    return { status, said: `${stdout}\n${stderr}` };
  };
  const [one = '', all = ''] = blocks;
  // Long after the first certificates expired.
  expect(run(one, '2030-06-01')).toMatchObject({
    status: 0,
    said: expect.stringMatching(/Time stamp: Mar {2}1 00:00:00 2026 GMT[\s\S]*Verification: OK/),
  });
  const proved = run(all, '2030-06-01');
  expect(proved.status).toBe(0);
  expect(proved.said.match(/stamp of (.*)/g)).toEqual([
    'stamp of Mar  1 00:00:00 2026 GMT',
    'stamp of Jun  1 00:00:00 2028 GMT',
    'stamp of Jun  1 00:00:00 2029 GMT',
  ]);
  expect(proved.said.match(/Verification: OK/g)).toHaveLength(6);
  // The certificates of the last one have expired.
  expect(run(all, '2031-06-01').status).not.toBe(0);
  // A bit of the checkpoint, then another root.
  const file = join(dir, stampFile(1234, 'checkpoint'));
  writeFileSync(file, `${readFileSync(file, 'utf8')} `);
  expect([run(one, '2030-06-01').status, run(all, '2030-06-01').status].map((status) => status === 0)).toEqual([false, false]);
  writeFileSync(file, checkpoint);
  expect(run(all, '2030-06-01').status).toBe(0);
  cpSync(makeAuthority({ name: 'Other' }).rootFile, join(folder, 'root.pem'));
  expect(run(all, '2030-06-01').status).not.toBe(0);
});
