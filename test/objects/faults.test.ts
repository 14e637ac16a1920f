import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRig } from '../cli/rig.ts';
import { type Fault, type Passed, type StoreProxy, startProxy } from './proxy.ts';
import { audioDigests, noiseWav } from './rig.ts';
import { type StoreServer, startMoto, useTestCredentials } from './servers.ts';

let moto: StoreServer;
let proxy: StoreProxy;
let bucket = '';
/** Three recordings above the size that is requested as a whole at once, and one below. */
const objects = { 'a/1.wav': noiseWav(1, 30), 'a/2.wav': noiseWav(2, 30), 'a/3.wav': noiseWav(3, 30), 'a/small.wav': noiseWav(4, 2) };
const originals = Object.keys(objects).length;

beforeAll(async () => {
  useTestCredentials();
  moto = await startMoto();
  proxy = await startProxy(moto.port);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});
beforeEach(async () => {
  bucket = `faults-${Date.now()}`;
  await moto.fill(bucket, objects);
  proxy.fault = null;
  proxy.requests.length = 0;
});

const importArgs = (): string[] => ['import', `s3://${bucket}`, '--endpoint', proxy.endpoint, '--into', 'archive', '--zone', 'UTC'];
const isWhole = ({ range, isList, method }: Passed): boolean => method === 'GET' && !isList && range === null;

/** Causes a fault for requests that match, a number of times. */
const times = (count: number, matches: (passed: Passed) => boolean, fault: Fault): Fault => {
  let left = count;
  return (passed, request, response) => {
    if (left === 0 || !matches(passed)) return false;
    left--;
    return fault(passed, request, response);
  };
};

/** Sends the answer of the server with its body changed, and with the length that the server states. */
const bodyChanged =
  (change: (body: Buffer) => Buffer | null): Fault =>
  (_passed, request, response) => {
    void (async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = await fetch(`${moto.endpoint}${request.url}`, { headers });
      const body = Buffer.from(await answer.arrayBuffer());
      const changed = change(body);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (changed === null || changed.length < body.length) {
        response.write(changed ?? body.subarray(0, Math.floor(body.length / 2)));
        setTimeout(() => response.destroy(), 20);
      } else response.end(changed);
    })();
    return true;
  };

const busy: Fault = (_passed, _request, response) => {
  response.writeHead(503, { 'content-type': 'application/xml' });
  response.end('<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>');
  return true;
};

const flipped = (body: Buffer): Buffer => {
  const changed = Buffer.from(body);
  const at = changed.length - 100;
  changed[at] = (changed[at] ?? 0) ^ 0xff;
  return changed;
};

describe('faults that pass', () => {
  test.each<[string, () => Fault]>([
    ['503 SlowDown, for a listing and for objects', () => times(6, () => true, busy)],
    [
      'connections that end before the answer',
      () =>
        times(
          4,
          () => true,
          (_p, request) => request.socket.destroy() && true,
        ),
    ],
    [
      'answers that end in the middle',
      () =>
        times(
          3,
          isWhole,
          bodyChanged(() => null),
        ),
    ],
    [
      'answers that end after the first bytes',
      () =>
        times(
          3,
          isWhole,
          bodyChanged((body) => body.subarray(0, 60)),
        ),
    ],
    ['wrong bytes, once per object', () => onceEach(isWhole, bodyChanged(flipped))],
  ])('%s: the archive is complete', async (_, fault) => {
    await using rig = createRig();
    proxy.fault = fault();
    const run = await rig.run(importArgs());
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
    const digests = audioDigests(rig.path('archive'));
    expect(digests.filter((line) => line.startsWith('original'))).toHaveLength(originals);
    proxy.fault = null;
    expect((await rig.run(['import', `s3://${bucket}`, '--endpoint', moto.endpoint, '--into', 'clean', '--zone', 'UTC'])).code).toBe(0);
    expect(digests).toEqual(audioDigests(rig.path('clean')));
  });

  test('an interrupted answer continues where it ended', async () => {
    await using rig = createRig();
    const half = Math.floor(objects['a/1.wav'].length / 2);
    proxy.fault = times(
      1,
      (passed) => isWhole(passed) && passed.path.endsWith('1.wav'),
      bodyChanged(() => null),
    );
    expect((await rig.run(importArgs())).code).toBe(0);
    const ranges = proxy.reads('1.wav').map(({ range }) => range);
    expect(ranges.slice(0, 2)).toEqual([[0, 511], null]);
    expect(ranges[2]?.[0]).toBeGreaterThan(1_000);
    expect(ranges[2]?.[0]).toBeLessThanOrEqual(half);
    expect(ranges[2]?.[1]).toBe(objects['a/1.wav'].length - 1);
  });
});

/** Causes a fault for the first matching request of each object. */
function onceEach(matches: (passed: Passed) => boolean, fault: Fault): Fault {
  const seen = new Set<string>();
  return (passed, request, response) => {
    if (!matches(passed) || seen.has(passed.path)) return false;
    seen.add(passed.path);
    return fault(passed, request, response);
  };
}

describe('faults that stay', () => {
  test('bytes that differ from the digest are named, the recording is marked, and a later import has the right one', async () => {
    await using rig = createRig();
    proxy.fault = (passed, request, response) => isWhole(passed) && passed.path.endsWith('2.wav') && bodyChanged(flipped)(passed, request, response);
    const run = await rig.run(importArgs());
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringMatching(/S164 a\/2\.wav: its \d+ bytes have the \S+ [0-9a-f]+, the store states [0-9a-f]+/),
    ]);
    proxy.fault = null;
    const again = await rig.run(importArgs());
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Imported 1 recording')]);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
    expect((await rig.run(importArgs())).stdout).toContain('Nothing new');
  });

  test('an object that is replaced during the import is named, the rest is imported, and the next import reads the new state', async () => {
    await using rig = createRig();
    let replaced = false;
    const replace = async (): Promise<void> => {
      await moto.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/2.wav', Body: noiseWav(9, 30) }));
    };
    // Between the listing, with the first bytes, and the request for the whole.
    proxy.fault = (passed, request, response) => {
      if (replaced || !isWhole(passed) || !passed.path.endsWith('2.wav')) return false;
      replaced = true;
      void replace().then(() => bodyChanged((body) => body)(passed, request, response));
      return true;
    };
    const run = await rig.run(importArgs());
    expect([run.code, run.stderr]).toEqual([3, expect.stringMatching(/P112 a\/2\.wav: .*has changed since it was listed: it was replaced/)]);
    const again = await rig.run(importArgs());
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Imported 1 recording')]);
  });

  test('an object that may not be read is named, and the rest is imported', async () => {
    await using rig = createRig();
    proxy.fault = (passed, _request, response) => {
      if (!passed.path.endsWith('3.wav')) return false;
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
      return true;
    };
    const run = await rig.run(importArgs());
    expect([run.code, run.stderr]).toEqual([3, expect.stringMatching(/S163 a\/3\.wav: .*AccessDenied, HTTP 403/)]);
    expect(audioDigests(rig.path('archive')).filter((line) => line.startsWith('original'))).toHaveLength(originals - 1);
  });

  test('a store that stops answering ends the import with 5, and the same command continues it', async () => {
    await using rig = createRig();
    proxy.fault = (passed, request) => (isWhole(passed) && passed.path.endsWith('3.wav') ? request.socket.destroy() && true : false);
    process.env.AWS_MAX_ATTEMPTS = '2';
    const run = await rig.run(importArgs()).finally(() => delete process.env.AWS_MAX_ATTEMPTS);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('S160')]);
    proxy.fault = null;
    const again = await rig.run(importArgs());
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('resuming job')]);
    expect(audioDigests(rig.path('archive')).filter((line) => line.startsWith('original'))).toHaveLength(originals);
  });

  test.each<[string, Fault, string]>([
    [
      'an answer that is not S3',
      (_p, _q, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>x</title>'),
      'S160',
    ],
    ['expired credentials', (_p, _q, response) => !!response.writeHead(400).end('<Error><Code>ExpiredToken</Code></Error>'), 'S161'],
    [
      'a listing that continues with itself',
      (_p, _q, response) =>
        !!response
          .writeHead(200)
          .end('<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>x</Key><Size>1</Size></Contents></ListBucketResult>'),
      'S166',
    ],
    [
      'another range than the requested one',
      (passed, _q, response) =>
        passed.range !== null && !!response.writeHead(206, { 'content-range': `bytes 5-9/${objects['a/1.wav'].length}` }).end('12345'),
      'S166',
    ],
  ])('%s ends the command with 5', async (_, fault, code) => {
    await using rig = createRig();
    proxy.fault = fault;
    process.env.AWS_MAX_ATTEMPTS = '2';
    const run = await rig.run(importArgs()).finally(() => delete process.env.AWS_MAX_ATTEMPTS);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining(code)]);
  });
});
