import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { askAuthority, readAuthority } from '../../../src/log/stamps/authority.ts';
import { makeStampRequest } from '../../../src/log/stamps/request.ts';
import { receiveStampResponse } from '../../../src/log/stamps/response.ts';
import { readRootsFile } from '../../../src/log/stamps/roots.ts';
import { calm } from '../../archive/rig.ts';
import { patience } from '../../patience.ts';
import { type Authority, makeAuthority, scratchFolder } from '../authority.ts';
import { rootsOf } from '../stamps.ts';

const at = '2026-03-01 12:00:00';
const demand = { imprint: { digest: 'sha256' as const, value: new Uint8Array(32).fill(7) }, nonce: 99n, policy: null };
const request = makeStampRequest(demand);

/** A server on this machine for the duration of the scope. */
async function serve(
  answer: (body: Buffer, request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece);
    answer(Buffer.concat(pieces), incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP, so the address is not a path
  return {
    url: `http://127.0.0.1:${port}/tsr`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The result of a request to an authority: the error, or `answered`. */
async function outcome(words: readonly string[], timeoutMs = 20_000, signal = calm): Promise<unknown> {
  return askAuthority(readAuthority(words), request, timeoutMs, signal).then(
    () => 'answered',
    (error: unknown) => error,
  );
}

function program(name: string, ...lines: readonly string[]): string {
  const file = join(scratchFolder(), name);
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('an authority', () => {
  let authority: Authority;
  beforeAll(() => {
    authority = makeAuthority();
  });

  it('on a server is asked according to RFC 3161 section 3.4, and its answer is verified', async () => {
    let seen: IncomingMessage | null = null;
    await using server = await serve((body, incoming, response) => {
      seen = incoming;
      response.setHeader('content-type', 'application/timestamp-reply').end(authority.reply(body, at));
    });
    const answer = await askAuthority(readAuthority([server.url]), request, 20_000, calm);
    expect(receiveStampResponse(answer, { ...demand, roots: rootsOf(authority) }, 'here')).toMatchObject({
      stamp: { stampedAt: '2026-03-01T12:00:00.000Z' },
    });
    expect(seen).toMatchObject({ method: 'POST', url: '/tsr', headers: { 'content-type': 'application/timestamp-query' } });
  });

  it('behind a program is asked on its stdin, with its arguments unchanged', async () => {
    const { program: ask } = authority.program(at);
    const wrapper = program('wrapper', `[ "$1" = 'a b;$(exit 1)' ] || exit 9`, `exec '${ask}' '${at}'`);
    const answer = await askAuthority(readAuthority([wrapper, 'a b;$(exit 1)']), request, 20_000, calm);
    expect(receiveStampResponse(answer, { ...demand, roots: rootsOf(authority) }, 'here')).toMatchObject({
      stamp: { stampedAt: '2026-03-01T12:00:00.000Z' },
    });
  });

  it('that cannot be reached is reported as such: L220, nothing is lost', async () => {
    const closed = await serve(() => undefined);
    await closed[Symbol.asyncDispose]();
    for (const words of [[closed.url], ['http://127.0.0.1:1/'], ['http://nowhere.invalid/'], ['/nowhere/program']]) {
      const error = await outcome(words);
      expect(error).toBeInstanceOf(LongplayError);
      expect(error).toMatchObject({ kind: 'incomplete', code: 'L220', hint: expect.stringContaining('run the same command again') });
      expect(String(error)).toContain(words[0]);
    }
  });

  it('that does not answer in time is reported as such, and its program is ended', async () => {
    await using silent = await serve(() => undefined);
    expect(await outcome([silent.url], 300)).toMatchObject({ code: 'L220', message: expect.stringContaining('did not answer within 0.3 seconds') });
    const mark = join(scratchFolder(), 'pid');
    const slow = program('slow', `echo $$ > '${mark}'`, 'exec sleep 60');
    expect(await outcome([slow], 4_000)).toMatchObject({ code: 'L220', message: expect.stringContaining('did not answer') });
    await expect.poll(() => existsSync(`/proc/${readFileSync(mark, 'utf8').trim()}/exe`), { timeout: patience }).toBe(false);
  });

  it('whose program leaves a child that holds its pipes does not delay longplay', async () => {
    const leaver = program('leaver', 'sleep 30 &', 'exit 0');
    expect(await outcome([leaver], 1_500)).toMatchObject({ code: 'L220' });
  });

  it('is abandoned when the run is interrupted, with the reason of the interrupt', async () => {
    await using silent = await serve(() => undefined);
    for (const words of [[silent.url], [program('slow', 'exec sleep 60')]]) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error('interrupted')), 200);
      expect(await outcome(words, 20_000, stop.signal)).toMatchObject({ message: 'interrupted' });
    }
  });

  it('that answers with something else is reported with the answer: L221', async () => {
    const answers: [(response: ServerResponse) => void, RegExp][] = [
      [(response) => response.writeHead(503).end('later'), /HTTP status 503/],
      [(response) => response.writeHead(301, { location: 'https://tsa.example/new' }).end(), /status 301 and points to https:\/\/tsa\.example/],
      [(response) => response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>'), /answers with text\/html/],
      [(response) => response.setHeader('content-type', 'application/timestamp-reply').end(Buffer.alloc(1_000_000)), /more than 262144 bytes/],
    ];
    for (const [answer, message] of answers) {
      await using server = await serve((_, __, response) => answer(response));
      expect(await outcome([server.url])).toMatchObject({ kind: 'incomplete', code: 'L221', message: expect.stringMatching(message) });
    }
    expect(await outcome([program('fails', 'echo no card in the reader >&2', 'exit 3')])).toMatchObject({
      code: 'L221',
      message: expect.stringMatching(/ended with 3: no card/),
    });
    expect(await outcome([program('endless', 'exec cat /dev/zero')])).toMatchObject({
      code: 'L221',
      message: expect.stringMatching(/more than 262144 bytes/),
    });
    expect(await outcome([program('deaf', 'exec <&-', 'sleep 0.2', 'exit 4')])).toMatchObject({
      code: 'L221',
      message: expect.stringMatching(/ended with 4/),
    });
  });

  it('must be an address without a password, or a program by its absolute path: L223', () => {
    for (const words of [
      [],
      ['tsa.example'],
      ['ask'],
      ['https://user:secret@tsa.example/'],
      ['http://'],
      ['https://tsa.example/', 'more'],
      ['ftp://tsa.example/'],
    ])
      expect(() => readAuthority(words)).toThrow(expect.objectContaining({ kind: 'usage', code: 'L223' }));
    expect(() => readAuthority(['https://user:secret@tsa.example/'])).toThrow(/^(?!.*secret)/);
    expect(readAuthority(['HTTPS://TSA.example/a'])).toEqual({ kind: 'http', url: 'https://tsa.example/a' });
  });
});

describe('a file of roots', () => {
  it('without a usable certificate is reported as such: L222', async () => {
    const folder = scratchFolder();
    const file = (name: string, text: string | Uint8Array): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const half = readFileSync(makeAuthority().rootFile, 'utf8').replace(/\n[^\n]{20,}\n/, '\n');
    for (const path of [
      join(folder, 'absent'),
      folder,
      file('empty', ''),
      file('text', 'no certificate'),
      file('half', half),
      file('long', Buffer.alloc(5_000_000, 'A')),
    ])
      await expect(readRootsFile(path)).rejects.toMatchObject({ kind: 'usage', code: 'L222', message: expect.stringContaining(path) });
  });
  it('with several is read completely, with any text between them', async () => {
    const authorities = [makeAuthority({ name: 'A' }), makeAuthority({ name: 'B' })];
    const path = join(scratchFolder(), 'roots.pem');
    writeFileSync(path, authorities.map(({ rootFile }) => `# taken on a day\n${readFileSync(rootFile, 'utf8').replaceAll('\n', '\r\n')}`).join('\n'));
    expect((await readRootsFile(path)).map(({ name }) => name)).toEqual(['A Root', 'B Root']);
  });
});
