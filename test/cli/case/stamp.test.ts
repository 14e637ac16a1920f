import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shellWord } from '../../../src/core/words/shell-word.ts';
import { makeAuthority } from '../../log/authority.ts';
import { createRig, type Rig, root } from '../rig.ts';

/** Clock of all runs. */
const moment = '2026-02-02 12:00:00';
const env = { SOURCE_DATE_EPOCH: String(Date.parse(`${moment.replace(' ', 'T')}Z`) / 1_000) };
const authority = makeAuthority({ from: '2026-01-01' });
let rig: Rig;
let id: string;

beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive'], { env })).code).toBe(0);
  id = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711'], env)).summary.id);
  const [first] = (await rig.json(['list', 'archive'])).lines;
  expect((await rig.run(['case', 'add', 'archive', id, ((first?.value ?? {}) as { recordingId: string }).recordingId], { env })).code).toBe(0);
});
afterAll(() => rig[Symbol.asyncDispose]());

test('a hand-over is time-stamped after its log entry, and openssl confirms it by the commands of its README', async () => {
  const { program, args } = authority.program(moment);
  const ask = rig.path('ask');
  writeFileSync(ask, `#!/bin/sh\nexec ${[program, ...args].map(shellWord).join(' ')}\n`, { mode: 0o755 });
  const stamp = ['--tsa', ask, '--roots', authority.rootFile];
  const { code, lines, summary } = await rig.json(['case', 'export', 'archive', id, '--out', 'out', ...stamp], env);
  expect([code, lines.filter(({ type }) => type === 'finding'), summary.proof]).toMatchObject([
    0,
    [],
    { isEntered: true, isThere: true, isStamped: true },
  ]);
  const readme = readFileSync(rig.path('out/README.txt'), 'utf8');
  const [, extract = ''] = /^ {4}(sed .* hand-over\.tlog-proof > "\$OUT"\/checkpoint)$/m.exec(readme) ?? [];
  const [, judge = ''] = /: (openssl ts -verify .* -CAfile roots\.pem)$/m.exec(readme) ?? [];
  const script = `OUT=${shellWord(rig.folder)}; ${extract} && ${judge.replace('roots.pem', shellWord(authority.rootFile))} -attime ${env.SOURCE_DATE_EPOCH}`;
  const said = execFileSync('sh', ['-c', script], { cwd: rig.path('out'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(said).toContain('Verification: OK');
  // The time stamp covers the entry of the hand-over: the entry is in the log that the checkpoint counts.
  const key = /longplay\/\S+/.exec(readFileSync(rig.path('out/cover.txt'), 'utf8'))?.[0] ?? '';
  expect((await rig.json(['case', 'check', 'out', '--key', key])).summary).toMatchObject({ exitCode: 0, verdict: 'complete' });
  // A checkpoint of another moment is not the one that was stamped.
  writeFileSync(rig.path('checkpoint'), readFileSync(rig.path('checkpoint'), 'utf8').replace(/^\d+$/m, '1'));
  const other = script.replace(`${extract} && `, '');
  expect(() => execFileSync('sh', ['-c', other], { cwd: rig.path('out'), stdio: 'ignore' })).toThrow();
});

test('a refusing time-stamp authority does not stop a hand-over: it is made without a stamp, reports it, and ends with 3', async () => {
  const { code, lines, summary } = await rig.json(
    ['case', 'export', 'archive', id, '--out', 'unstamped', '--tsa', '/bin/false', '--roots', authority.rootFile],
    env,
  );
  expect(code).toBe(3);
  expect(lines.filter(({ type }) => type === 'finding').map((line) => line.code)).toEqual(['C150']);
  expect(summary.proof).toMatchObject({ isEntered: true, isThere: true, isStamped: false });
  expect(existsSync(rig.path('unstamped/hand-over.tsr'))).toBe(false);
});
