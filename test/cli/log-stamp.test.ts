import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/core/words/shell-word.ts';
import { buildTrap, readCalls } from '../faults/trap.ts';
import { makeAuthority } from '../log/authority.ts';
import { createRig, root } from './rig.ts';

/** Clock of a run. */
const on = (day: string): Record<string, string> => ({ SOURCE_DATE_EPOCH: String(Date.parse(`${day}T12:00:00Z`) / 1_000) });

test('a log is time-stamped, openssl confirms it, a changed byte in any file of the stamp is detected, and a renewal is due before the certificates expire', async () => {
  await using rig = createRig();
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive], { env: on('2026-02-01') })).code).toBe(0);
  const stamp = (day: string, at = `${day} 12:00:00`) => {
    const { program, args } = authority.program(at);
    return rig.json(['log', 'stamp', archive, '--roots', authority.rootFile, '--tsa', program, ...args], on(day));
  };
  const first = await stamp('2026-02-02');
  expect(first.summary).toMatchObject({ exitCode: 0, stamps: 1, faulty: 0, renewed: 0, size: 8 });
  const folder = join(archive, 'log/stamps');
  const files = readdirSync(folder);
  expect(files.sort()).toEqual(['000000000008.checkpoint', '000000000008.ers', '000000000008.tsr']);
  const at = String(Date.parse('2026-02-02T12:00:00Z') / 1_000);
  const judge = ['ts', '-verify', '-data', files[0] ?? '', '-in', files[2] ?? '', '-CAfile', authority.rootFile, '-attime', at];
  expect(execFileSync('openssl', judge, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toContain('Verification: OK');
  const verify = () => rig.json(['log', 'verify', archive, '--roots', authority.rootFile], on('2026-03-01'));
  expect((await verify()).summary).toMatchObject({ exitCode: 0, errors: 0, stamps: 1 });
  expect((await rig.json(['verify', archive], on('2026-03-01'))).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
  for (const file of files) {
    const was = readFileSync(join(folder, file));
    const changed = Buffer.from(was);
    changed[was.length >> 1] = (changed[was.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder, file), changed);
    expect((await verify()).summary, file).toMatchObject({ exitCode: 4 });
    const { lines, code } = await rig.json(['verify', archive], on('2026-03-01'));
    expect([code, lines.some((line) => line.path === `log/stamps/${file}` && line.code === 'L230')], file).toEqual([4, true]);
    rmSync(join(folder, file));
    expect(
      (await rig.json(['verify', archive], on('2026-03-01'))).lines.some((line) => line.path === `log/stamps/${file}` && line.code === 'L231'),
    ).toBe(true);
    writeFileSync(join(folder, file), was);
  }
  // The certificates end in April 2029: from April 2028 on a renewal is due.
  expect((await stamp('2027-06-01')).summary).toMatchObject({ exitCode: 0, stamps: 2, renewed: 0 });
  const renewed = await stamp('2028-12-01');
  expect(renewed.summary).toMatchObject({ exitCode: 0, faulty: 0, stamps: 3 });
  expect(Number(renewed.summary.renewed)).toBeGreaterThan(0);
  // A missed one is reported.
  expect((await rig.json(['log', 'verify', archive, '--roots', authority.rootFile], on('2030-01-01'))).summary).toMatchObject({ exitCode: 4 });
});

test('an unreachable authority leaves the log unchanged', async () => {
  await using rig = createRig();
  const authority = makeAuthority({});
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
  const before = readFileSync(join(archive, 'log/checkpoint'));
  expect((await rig.run(['log', 'stamp', archive, '--roots', authority.rootFile, '--tsa', '/bin/false'])).code).toBe(5);
  expect((await rig.run(['log', 'stamp', archive, '--roots', authority.rootFile, '--tsa', 'ftp://example.org'])).code).toBe(2);
  expect((await rig.run(['log', 'stamp', archive, '--roots', join(archive, 'README.txt'), '--tsa', '/bin/false'])).code).not.toBe(0);
  expect(readFileSync(join(archive, 'log/checkpoint'))).toEqual(before);
});

test('a stamp stored by a run that was killed before it could log it is logged by the next run, and nothing raises an alarm', async () => {
  await using rig = createRig();
  const trap = buildTrap();
  if (typeof trap === 'string') throw new Error(trap);
  using set = trap;
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive], { env: on('2026-02-01') })).code).toBe(0);
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const stamp = (where: string): string[] => ['log', 'stamp', where, '--roots', authority.rootFile, '--tsa', program, ...args];
  const calls = rig.path('calls');
  rig.forget();
  const undisturbed = rig.copyOf(archive, 'undisturbed');
  expect((await rig.run(stamp(undisturbed), { env: { ...on('2026-02-02'), ...set.env([undisturbed], calls) } })).code).toBe(0);
  const all = readCalls(calls);
  const kept = all.findIndex(({ kind, path }) => kind.startsWith('rename') && path.endsWith('.ers'));
  const entering = all.slice(kept).find(({ path }) => path.includes('/log/tile/'));
  expect(kept).toBeGreaterThan(0);
  rig.forget();
  const env = { ...on('2026-02-02'), ...set.env([archive], rig.path('calls2'), { at: entering?.number ?? 0, act: 'kill' }) };
  expect((await rig.run(stamp(archive), { env })).signal).toBe('SIGKILL');
  const told = async (): Promise<string[]> =>
    (await rig.run(['log', 'list', archive], { env: on('2026-02-03') })).stdout.match(/checkpoint-stamped .*\.tsr/g) ?? [];
  expect(readdirSync(join(archive, 'log/stamps'))).toContain('000000000008.ers');
  expect(await told()).toEqual([]);
  const between = await rig.json(['verify', archive], on('2026-02-03'));
  expect(between.lines.filter(({ type, severity }) => type === 'verdict' && severity === 'error')).toEqual([]);
  expect((await rig.json(stamp(archive), on('2026-02-03'))).summary).toMatchObject({ exitCode: 0, faulty: 0, stamps: 2 });
  expect((await told()).map((line) => /(\d+)\.tsr/.exec(line)?.[1])).toContain('000000000008');
  expect(await told()).toHaveLength(2);
  expect((await rig.json(['verify', archive], on('2026-02-03'))).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
});

test('a stamp of which a killed run left all but the last file is neither a fault nor a proof, and the next run completes it', async () => {
  await using rig = createRig();
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive], { env: on('2026-02-01') })).code).toBe(0);
  const whole = rig.copyOf(archive, 'whole');
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const stamp = (where: string) => rig.json(['log', 'stamp', where, '--roots', authority.rootFile, '--tsa', program, ...args], on('2026-02-02'));
  expect((await stamp(whole)).code).toBe(0);
  // This machine knows nothing of the copy's longer log.
  rig.forget();
  mkdirSync(join(archive, 'log/stamps'));
  for (const part of ['checkpoint', 'tsr']) cpSync(join(whole, `log/stamps/000000000008.${part}`), join(archive, `log/stamps/000000000008.${part}`));
  // The log grows before the next time stamp.
  expect((await rig.run(['verify', archive], { env: on('2026-02-02') })).code).toBe(0);
  const between = await rig.json(['log', 'verify', archive, '--roots', authority.rootFile], on('2026-02-02'));
  expect(between.summary).toMatchObject({ exitCode: 0, errors: 0, stamps: 0 });
  expect((await stamp(archive)).summary).toMatchObject({ exitCode: 0, faulty: 0, stamps: 2 });
  const after = await rig.json(['log', 'verify', archive, '--roots', authority.rootFile], on('2026-02-02'));
  expect(after.summary).toMatchObject({ exitCode: 0, errors: 0, stamps: 2 });
  expect(readFileSync(join(archive, 'log/stamps/000000000008.ers'))).toEqual(readFileSync(join(whole, 'log/stamps/000000000008.ers')));
  expect((await rig.json(['verify', archive], on('2026-02-03'))).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
});

test('stamp and publish pass a program all its arguments, those that begin with a dash after --', async () => {
  await using rig = createRig();
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive], { env: on('2026-02-01') })).code).toBe(0);
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const script = rig.path('ask');
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$@" > ${rig.path('given')}\nexec ${[program, ...args].map(shellWord).join(' ')}\n`, {
    mode: 0o755,
  });
  const given = ['-sSf', '--data-binary', '@-', 'word'];
  const stamped = await rig.run(['log', 'stamp', archive, '--tsa', script, '--roots', authority.rootFile, '--', ...given], { env: on('2026-02-02') });
  expect(stamped.code).toBe(0);
  expect(readFileSync(rig.path('given'), 'utf8').trim().split('\n')).toEqual(given);
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$@" > ${rig.path('told')}\ncat > /dev/null\n`, { mode: 0o755 });
  expect((await rig.run(['log', 'publish', archive, '--command', script, '--', '-s', 'checkpoint', 'auditor'])).code).toBe(0);
  expect(readFileSync(rig.path('told'), 'utf8')).toBe('-s\ncheckpoint\nauditor\n');
  // Unrelated text.
  expect((await rig.run(['log', 'publish', archive, '--to', rig.path('there'), 'word'])).code).toBe(2);
});
