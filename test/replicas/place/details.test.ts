import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createReplicaRig, type ReplicaRig } from '../rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => work.reset());

const details = 'log/details/000/000000.jsonl';
const at = (copy: string): string => join(work.dir(copy), details);

test('a sync copies the details beside entries, and details erased on purpose are erased on the replica as well', async () => {
  expect(readFileSync(at('offsite'), 'utf8')).toBe(readFileSync(at('primary'), 'utf8'));
  const before = readFileSync(at('primary'), 'utf8');
  expect((await work.rig.run(['log', 'forget', 'archive', '--before', '2999', '--reason', 'old', '--yes'])).code).toBe(0);
  expect(readFileSync(at('offsite'), 'utf8')).toBe(before);
  const { said } = await work.sync();
  expect(said).toEqual([]);
  expect(readFileSync(at('offsite'), 'utf8')).toBe(readFileSync(at('primary'), 'utf8'));
  expect(readFileSync(at('offsite'), 'utf8')).not.toContain(before.split('\n')[0]);
  expect((await work.verify()).said).toEqual([]);
  expect(await work.rig.run(['verify', work.dir('offsite')], { env: { LONGPLAY_KEYS: work.rig.path('no-keys') } })).toMatchObject({ code: 0 });
});

test('details that were altered here are not copied over the right ones there, and are restored from there', async () => {
  const right = readFileSync(at('primary'), 'utf8');
  writeFileSync(at('primary'), right.replaceAll('"user":"', '"user":"x'));
  expect((await work.sync()).said).toEqual([`R149 ${details}`]);
  expect(readFileSync(at('offsite'), 'utf8')).toBe(right);
  expect(await work.verifyPrimary()).toEqual([`corrupt ${details}`]);
  expect((await work.repair({ dryRun: true })).said).toEqual([`R130 ${details}`]);
  expect(await work.verifyPrimary()).toEqual([`corrupt ${details}`]);
  expect((await work.repair()).said).toEqual([`R130 ${details}`]);
  expect(await work.verifyPrimary()).toEqual([]);
  expect((await work.repair()).said).toEqual([]);
});

test('details that a replica lacks are missing there, and are restored by a repair', async () => {
  rmSync(at('offsite'));
  expect((await work.verify()).said).toEqual([`missing L125 offsite:${details}`]);
  expect((await work.repair()).said).toEqual([`R130 offsite:${details}`]);
  expect((await work.verify()).said).toEqual([]);
});

test('a repair does not restore details that were erased on purpose', async () => {
  expect((await work.rig.run(['log', 'forget', 'archive', '--before', '2999', '--reason', 'old', '--yes'])).code).toBe(0);
  const erased = readFileSync(at('primary'), 'utf8');
  expect((await work.repair()).said.filter((one) => one.includes('details'))).toEqual([]);
  expect(readFileSync(at('primary'), 'utf8')).toBe(erased);
});

test('details that every copy has lost are acknowledged with a reason, and later erasures work; those that a copy has are restored first', async () => {
  const lost = readFileSync(at('primary'), 'utf8').split('\n')[0];
  for (const copy of ['primary', 'offsite']) writeFileSync(at(copy), readFileSync(at(copy), 'utf8').replace(`${lost}\n`, ''));
  expect((await work.rig.run(['log', 'forget', 'archive', '--who', 'nobody-else', '--lost', '--reason', 'x', '--yes'])).code).toBe(2);
  expect((await work.repair()).said).toEqual([`R131 ${details}`, `R131 offsite:${details}`]);
  const long = await work.rig.run(['log', 'forget', 'archive', '--lost', '--reason', 'x'.repeat(501), '--yes']);
  expect([long.code, long.stderr]).toEqual([2, expect.stringContaining('U317')]);
  const told = await work.rig.json(['log', 'forget', 'archive', '--lost', '--reason', 'the disk failed', '--yes']);
  expect([told.code, told.summary.entries]).toEqual([0, expect.any(Number)]);
  expect(told.summary.entries).toBeGreaterThan(0);
  expect(await work.verifyPrimary()).toEqual([]);
  const again = await work.rig.json(['log', 'forget', 'archive', '--lost', '--reason', 'the disk failed', '--yes']);
  expect([again.code, again.summary.entries]).toEqual([0, 0]);
  expect((await work.rig.run(['log', 'forget', 'archive', '--before', '2999', '--reason', 'old', '--yes'])).code).toBe(0);
  expect((await work.sync()).said).toEqual([]);
  expect(readFileSync(at('offsite'), 'utf8')).toBe(readFileSync(at('primary'), 'utf8'));
  expect((await work.verify()).said).toEqual([]);
  expect((await work.repair()).said).toEqual([]);
});
