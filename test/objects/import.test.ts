import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, root } from '../cli/rig.ts';
import { type StoreProxy, startProxy } from './proxy.ts';
import { audioDigests, filesIn, filesWith, noiseWav } from './rig.ts';
import { access, freePort, type StoreServer, startMoto, useTestCredentials } from './servers.ts';

let moto: StoreServer;
let proxy: StoreProxy;
beforeAll(async () => {
  useTestCredentials();
  moto = await startMoto();
  proxy = await startProxy(moto.port);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

const sample = (name: string): string => join(root, 'samples', name);

describe('a bucket as a source', () => {
  test.each(['amazon-connect', 'asterisk-normal'])(
    '%s: the archive has the same audio as one of the folder, each object is requested once',
    async (name) => {
      await using rig = createRig();
      const objects = filesIn(sample(name));
      await moto.fill(name, objects);
      const zone = ['--zone', 'Europe/Stockholm'];
      proxy.requests.length = 0;
      const survey = await rig.json(['survey', `s3://${name}`, '--endpoint', proxy.endpoint, ...zone]);
      expect(survey.code).toBe(0);
      expect(proxy.reads()).toHaveLength(Object.keys(objects).length);
      proxy.requests.length = 0;
      expect((await rig.run(['import', `s3://${name}`, '--endpoint', proxy.endpoint, '--into', 'of-bucket', ...zone])).code).toBe(0);
      expect(proxy.reads()).toHaveLength(Object.keys(objects).length);
      expect((await rig.run(['import', sample(name), '--into', 'of-folder', ...zone])).code).toBe(0);
      expect(audioDigests(rig.path('of-bucket'))).toEqual(audioDigests(rig.path('of-folder')));
      expect((await rig.run(['verify', 'of-bucket'])).code).toBe(0);
    },
  );

  test('is imported again without requesting the recordings, and only what is new is added', async () => {
    await using rig = createRig();
    const objects = Object.fromEntries([1, 2, 3].map((n) => [`calls/2026/${n}.wav`, noiseWav(n, 10)]));
    await moto.fill('again', objects);
    const args = ['import', 's3://again/calls', '--endpoint', proxy.endpoint, '--into', 'archive', '--zone', 'UTC'];
    proxy.requests.length = 0;
    expect((await rig.run(args)).code).toBe(0);
    const whole = (): string[] => proxy.reads().flatMap(({ range, path }) => (range === null ? [path] : []));
    expect(whole()).toHaveLength(3);
    proxy.requests.length = 0;
    const second = await rig.run(args);
    expect(second.stdout).toContain('Nothing new');
    expect(proxy.reads().map(({ range }) => range)).toEqual(Array(3).fill([0, 511]));
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await moto.client.send(new PutObjectCommand({ Bucket: 'again', Key: 'calls/2026/4.wav', Body: noiseWav(4, 10) }));
    proxy.requests.length = 0;
    expect((await rig.run(args)).stdout).toContain('Imported 1 recording');
    expect(whole()).toEqual(['again/calls/2026/4.wav']);
  });

  test('may be a part of a bucket, one object, or a container in it', async () => {
    await using rig = createRig();
    const tar = await tarOf(rig, { 'a/one.wav': noiseWav(1, 9), 'a/two.wav': noiseWav(2, 9) });
    await moto.fill('parts', { 'in/x.wav': noiseWav(3, 1), 'in/deep/y.wav': noiseWav(4, 9), 'inside.wav': noiseWav(5, 1), 'tapes/old.tar': tar });
    const identified = async (...sources: string[]): Promise<unknown[]> => {
      const { lines } = await rig.json(['identify', ...sources], { AWS_ENDPOINT_URL: moto.endpoint });
      return lines.flatMap((line) => (line.type === 'result' ? [(line.value as { path: string }).path] : []));
    };
    expect(await identified('s3://parts/in')).toEqual(['deep/y.wav', 'x.wav']);
    expect(await identified('s3://parts/in/deep/')).toEqual(['y.wav']);
    expect(await identified('s3://parts/inside.wav')).toEqual(['inside.wav']);
    expect(await identified('s3://parts/tapes/old.tar')).toEqual(['a/one.wav', 'a/two.wav']);
    expect(await identified('s3://parts')).toEqual(['in/deep/y.wav', 'in/x.wav', 'inside.wav', 'tapes/old.tar!a/one.wav', 'tapes/old.tar!a/two.wav']);
    expect(await identified('s3://parts/in', 's3://parts/inside.wav')).toEqual(['in/deep/y.wav', 'in/x.wav', 'inside.wav']);
    expect((await rig.run(['import', 's3://parts', '--endpoint', moto.endpoint, '--into', 'archive'])).code).toBe(0);
    expect(audioDigests(rig.path('archive')).filter((line) => line.startsWith('original'))).toHaveLength(5);
  });
});

describe('an object store that cannot be read', () => {
  test.each([
    ['there is no such bucket', 's3://nowhere-at-all', 2, 'S101'],
    ['nothing begins with the prefix', 's3://empty/none/', 2, 'S101'],
    ['the address is wrong', 's3:///key', 2, 'S165'],
  ])('%s', async (_, address, code, finding) => {
    await using rig = createRig();
    if (address.includes('empty')) await moto.fill('empty', { 'x.txt': 'x' });
    const run = await rig.run(['survey', address, '--endpoint', moto.endpoint]);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(finding)]);
  });

  test('a store that is not there ends the command with 5 after the attempts that the environment allows', async () => {
    await using rig = createRig();
    const run = await rig.run(['survey', 's3://bucket', '--endpoint', `http://127.0.0.1:${await freePort()}`], { env: { AWS_MAX_ATTEMPTS: '2' } });
    expect([run.code, run.stderr]).toEqual([5, expect.stringMatching(/S160 .* did not answer: ECONNREFUSED, 2 attempts/)]);
  });

  test('without credentials', async () => {
    await using rig = createRig();
    const run = await rig.run(['survey', 's3://bucket', '--endpoint', moto.endpoint], { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } });
    expect([run.code, run.stderr]).toEqual([5, expect.stringMatching(/S161 .*no credentials were found/)]);
  });

  test('an endpoint with a password is refused, and the password is not printed', async () => {
    await using rig = createRig();
    const run = await rig.run(['survey', 's3://bucket', '--endpoint', `http://user:${access.secret}@127.0.0.1:${moto.port}`]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('S165')]);
    expect(run.stdout + run.stderr).not.toContain(access.secret);
  });
});

test('credentials are neither printed nor stored', async () => {
  await using rig = createRig();
  await moto.fill('secrets', { 'one.wav': noiseWav(1, 1), 'two.wav': noiseWav(2, 9) });
  const args = ['s3://secrets', '--endpoint', moto.endpoint, '--json', '-v'];
  const runs = [await rig.run(['survey', ...args]), await rig.run(['import', ...args, '--into', 'archive', '--report', 'report'])];
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  for (const word of [access.secret, access.id, 'X-Amz-', 'Signature=']) {
    expect(runs.map(({ stdout, stderr }) => (stdout + stderr).includes(word))).toEqual([false, false]);
    expect(filesWith(rig.folder, word)).toEqual([]);
  }
});

/** Makes a tar with GNU tar. */
async function tarOf(rig: ReturnType<typeof createRig>, files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const { mkdirSync, readFileSync, writeFileSync } = await import('node:fs');
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(rig.path('tar'), name, '..'), { recursive: true });
    writeFileSync(join(rig.path('tar'), name), bytes);
  }
  await rig.exec('tar', ['-cf', rig.path('made.tar'), '-C', rig.path('tar'), '.']);
  return readFileSync(rig.path('made.tar'));
}
