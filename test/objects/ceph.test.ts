import { request as send } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { startCeph } from './ceph.ts';
import { type StoreProxy, startProxy } from './proxy.ts';
import { audioDigests, filesIn, noiseWav } from './rig.ts';
import { access, type StoreServer, useTestCredentials } from './servers.ts';

let ceph: StoreServer;
let proxy: StoreProxy;
beforeAll(async () => {
  useTestCredentials();
  ceph = await startCeph();
  proxy = await startProxy(ceph.port);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await ceph[Symbol.asyncDispose]();
});

const entriesOf = async (rig: Rig, address: string): Promise<Record<string, unknown>[]> => {
  const { lines } = await rig.json(['identify', address, '-v'], { AWS_ENDPOINT_URL: ceph.endpoint });
  return lines;
};

describe('Ceph as a source', () => {
  test('the archive has the same audio as one of the folder, and a second import requests no recording', async () => {
    await using rig = createRig();
    const sample = join(root, 'samples/amazon-connect');
    await ceph.fill('connect', filesIn(sample));
    const args = ['import', 's3://connect', '--endpoint', proxy.endpoint, '--into', 'of-bucket', '--zone', 'UTC'];
    expect((await rig.run(args)).code).toBe(0);
    expect((await rig.run(['import', sample, '--into', 'of-folder', '--zone', 'UTC'])).code).toBe(0);
    expect(audioDigests(rig.path('of-bucket'))).toEqual(audioDigests(rig.path('of-folder')));
    expect((await rig.run(args)).stdout).toContain('Nothing new');
    expect((await rig.run(['verify', 'of-bucket'])).code).toBe(0);
  });

  test('hostile keys: each object is read under a safe path of its own', async () => {
    await using rig = createRig();
    const keys = [
      ...['a/plain.wav', 'a//plain.wav', 'a/./plain.wav', '/a/plain.wav', '../up.wav', 'a/../../up.wav', '..', '.'],
      ...['Case.wav', 'case.wav', 'ctl\u0001\n\u001b[31m.wav', 'sp ace+plus%25%2e.wav', 'q\'uo"te<>&.wav', 'back\\slash.wav', 'C:drive.wav'],
      ...['emoji😀.wav', 'a\u0301.wav', '\u00e1.wav', '\u202egnp.wav', 'ends/', 'marker/', `${'x'.repeat(1_020)}.wav`, 'a?b#c&d=e.wav'],
    ];
    const objects = Object.fromEntries(keys.map((key, n) => [key, key === 'marker/' ? '' : noiseWav(n, 0.2)]));
    await ceph.fill('hostile', objects);
    const lines = await entriesOf(rig, 's3://hostile');
    const paths = lines.flatMap((line) => (line.type === 'result' ? [(line.value as { path: string }).path] : []));
    // The folder marker is omitted.
    expect(paths).toHaveLength(keys.length - 1);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect([path, path.startsWith('/') || path.split('/').includes('..')]).toEqual([path, false]);
    const codes = lines.flatMap((line) => (line.type === 'finding' ? [`${line.code} ${line.place}`] : []));
    expect(codes.filter((one) => /^S11[345]/.test(one)).sort()).toEqual(expect.arrayContaining(['S113 case.wav', 'S114 __', 'S114 __/up.wav']));
    expect((await rig.run(['import', 's3://hostile', '--endpoint', ceph.endpoint, '--into', 'archive'])).code).toBe(0);
    const originals = audioDigests(rig.path('archive')).filter((line) => line.startsWith('original'));
    expect(new Set(originals).size).toBe(keys.length - 1);
    expect(JSON.stringify(lines)).not.toContain('\u001b');
  });

  test('an object that was uploaded in parts has no digest of the whole, and is read', async () => {
    await using rig = createRig();
    await ceph.fill('parts', {});
    const [Bucket, Key] = ['parts', 'long.wav'];
    const wav = noiseWav(1, 400);
    const { UploadId } = await ceph.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const cut = 5 * 1024 * 1024;
    const parts = [];
    for (const [index, Body] of [wav.subarray(0, cut), wav.subarray(cut)].entries()) {
      const PartNumber = index + 1;
      const { ETag } = await ceph.client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      parts.push({ ETag, PartNumber });
    }
    await ceph.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
    expect((await rig.run(['import', 's3://parts', '--endpoint', ceph.endpoint, '--into', 'archive'])).code).toBe(0);
    expect(audioDigests(rig.path('archive'))).toHaveLength(2);
  });

  test.each([
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'UNKNOWNKEY' }, 'InvalidAccessKeyId'],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch'],
  ])('%s ends the command with 5', async (_, env, code) => {
    await using rig = createRig();
    const run = await rig.run(['survey', 's3://connect', '--endpoint', ceph.endpoint], { env });
    expect([run.code, run.stderr]).toEqual([5, expect.stringMatching(new RegExp(`S161 .*${code}`))]);
    expect(run.stderr).not.toContain(access.secret);
  });

  test('credentials and endpoint come from a profile, too', async () => {
    await using rig = createRig();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      rig.path('config'),
      `[profile recorder]\nregion = eu-north-1\nservices = own\n[services own]\ns3 =\n  endpoint_url = ${ceph.endpoint}\n`,
    );
    writeFileSync(rig.path('credentials'), `[recorder]\naws_access_key_id = ${access.id}\naws_secret_access_key = ${access.secret}\n`);
    const env = { AWS_CONFIG_FILE: rig.path('config'), AWS_SHARED_CREDENTIALS_FILE: rig.path('credentials') };
    // The keys in variables are of nobody: a named profile takes precedence over them.
    const wrong = { AWS_ACCESS_KEY_ID: 'UNKNOWNKEY', AWS_SECRET_ACCESS_KEY: 'wrong' };
    expect((await rig.run(['survey', 's3://connect', '--profile', 'recorder', '--headers-only'], { env: { ...env, ...wrong } })).code).toBe(0);
  });
});

describe('TLS', () => {
  test('the certificate is verified, with the certificates of AWS_CA_BUNDLE', async () => {
    await using rig = createRig();
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    await rig.exec('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', 'key.pem', '-out', 'cert.pem', ...subject]);
    const { key, cert } = { key: filesIn(rig.folder)['key.pem'], cert: filesIn(rig.folder)['cert.pem'] };
    const server = createServer({ ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }) }, (request, response) => {
      const onward = send({ host: '127.0.0.1', port: ceph.port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const survey = (env: Record<string, string>) => rig.run(['survey', 's3://connect', '--endpoint', endpoint, '--headers-only'], { env });
    try {
      expect((await survey({ AWS_CA_BUNDLE: rig.path('cert.pem') })).code).toBe(0);
      const unknown = await survey({ AWS_MAX_ATTEMPTS: '1' });
      expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringMatching(/S166 .*CERT/)]);
      // The variable that switches the verification off for all of Node.js does not.
      const off = await survey({ AWS_MAX_ATTEMPTS: '1', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
      expect([off.code, off.stderr]).toEqual([5, expect.stringMatching(/S166 .*CERT/)]);
      const missing = await survey({ AWS_CA_BUNDLE: rig.path('none.pem') });
      expect([missing.code, missing.stderr]).toEqual([5, expect.stringContaining('S160')]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
