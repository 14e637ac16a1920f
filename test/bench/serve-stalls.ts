import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeCorpus } from './make-corpus.ts';
import { measuredRun, ownEnvironment } from './measured-run.ts';

const listeners = 200;
/** Each user may send a hundred requests per second: docs/how-to/serve.md. */
const sessions = 10;
/** A player requests the next piece of a copy before the end of the last one. */
const pieceBytes = 64 * 1024;
const everyMs = 1_000;
const exported = 1_000;
const uploadBytes = 16 * 1024 * 1024;

/** Address and headers of a request. */
interface House {
  readonly port: number;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** @param keep false to discard the body after reading it */
function ask(
  { port, agent, headers }: House,
  method: string,
  path: string,
  more: Readonly<Record<string, string>> = {},
  body?: Buffer,
  keep = true,
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...more } }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => {
        if (keep) pieces.push(piece);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Maximum, median and 99th percentile, in ms. */
function quantiles(times: readonly number[]): { readonly median: number; readonly most: number; readonly nearlyAll: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), nearlyAll: at(0.99), most: at(1) };
}

/** Simulates 200 listeners for a time, each requesting one piece per second. @returns how long each piece took, ms */
async function listen(houses: readonly House[], paths: readonly string[], seconds: number): Promise<number[]> {
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: listeners }, async (_, listener) => {
      await wait((listener * everyMs) / listeners);
      for (let piece = 0; piece < seconds; piece++) {
        const began = performance.now();
        const path = paths[(listener * 7 + piece) % paths.length] ?? '';
        const from = (piece * pieceBytes) % (pieceBytes * 2);
        const house = houses[listener % houses.length] ?? houses[0];
        if (house === undefined) throw new Error('nobody is in');
        const { status } = await ask(house, 'GET', path, { range: `bytes=${from}-${from + pieceBytes - 1}` });
        if (status !== 206 && status !== 416) throw new Error(`a piece was answered with ${status}`);
        const took = performance.now() - began;
        times.push(took);
        await wait(Math.max(0, everyMs - took));
      }
    }),
  );
  return times;
}

/** Repeats an action until it is stopped. @returns the number of repetitions */
async function again(done: () => boolean, one: () => Promise<void>): Promise<number> {
  let times = 0;
  for (; !done(); times++) await one();
  return times;
}

/** A mail with an attachment of zeros and incompressible noise, in base64. */
function mail(): Buffer {
  const noise = Buffer.alloc(Math.floor((uploadBytes * 54) / 76 / 1.0) - 100_000);
  let state = 1;
  for (let at = 0; at < noise.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    noise[at] = state >>> 24;
  }
  const head =
    'From: a@example.org\r\nTo: b@example.org\r\nDate: Tue, 01 Jan 2019 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: a\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="a.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  return Buffer.from(head + noise.toString('base64').replace(/.{76}/g, '$&\r\n'));
}

/** A running `serve`. */
interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  /** The next address that signs one browser in: each works once, and then the next is printed. */
  enter(): Promise<string>;
}

/** Starts `serve` for everybody who has the addresses that it prints. */
async function startServe(cli: string, archive: string, env: NodeJS.ProcessEnv): Promise<Served> {
  const child = spawn(process.execPath, [cli, 'serve', archive, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let code: number | null | undefined;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString('utf8')));
  child.on('close', (ended) => (code = ended));
  let taken = 0;
  const next = async (): Promise<RegExpMatchArray> => {
    for (;;) {
      const found = [...said.matchAll(/http:\/\/127\.0\.0\.1:(\d+)(\/enter\/\S+)/g)][taken];
      if (found !== undefined) return found;
      if (code !== undefined) throw new Error(`serve ended with ${code}: ${said}`);
      await wait(20);
    }
  };
  const [, port] = await next();
  const enter = async (): Promise<string> => {
    const [, , path = ''] = await next();
    taken++;
    return path;
  };
  return { child, port: Number(port), enter };
}

/** How long 200 listeners wait for each piece, alone and while one person uploads messages and another exports. @param seconds duration of each part */
export async function serveStalls(cli: string, seconds: number, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-stalls-'));
  const env = { ...ownEnvironment(), LONGPLAY_KEYS: join(folder, 'keys') };
  let child: ChildProcess | null = null;
  try {
    say(`making and importing ${exported} calls of 30 s`);
    makeCorpus(join(folder, 'source'), exported, 30);
    const archive = join(folder, 'archive');
    process.env.LONGPLAY_KEYS = env.LONGPLAY_KEYS;
    const imported = await measuredRun(process.execPath, [cli, 'import', join(folder, 'source'), '--into', archive, '--quiet', '--open']);
    if (imported.code !== 0 && imported.code !== 3) throw new Error(imported.output);
    const served = await startServe(cli, archive, env);
    child = served.child;
    const agent = new Agent({ keepAlive: true, maxSockets: listeners + 50 });
    const outside: House = { port: served.port, agent, headers: {} };
    const comeIn = async (): Promise<House> => {
      const entered = await ask(outside, 'GET', await served.enter());
      return { ...outside, headers: { cookie: (entered.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ') } };
    };
    const inside = await comeIn();
    const ears: House[] = [];
    for (let session = 0; session < sessions; session++) ears.push(await comeIn());
    const { token } = JSON.parse((await ask(inside, 'GET', '/api/session')).body.toString()) as { readonly token: string };
    const changing: House = { ...inside, headers: { ...inside.headers, origin: `http://127.0.0.1:${served.port}`, 'x-longplay-token': token } };
    const found = JSON.parse((await ask(inside, 'GET', '/api/search')).body.toString().split('\n')[0] ?? '') as {
      readonly rows: readonly { readonly id: string }[];
    };
    const paths = await Promise.all(
      found.rows.slice(0, 20).map(async ({ id }) => {
        const detail = (await ask(inside, 'GET', `/api/recordings/${id}`)).body.toString();
        const file = /"path":"(access-1[^"]*\.opus)"/.exec(detail)?.[1];
        if (file === undefined) throw new Error('a call without a copy');
        return `/files/${id}/${file}`;
      }),
    );
    const { id } = JSON.parse((await ask(changing, 'POST', '/api/cases', {}, Buffer.from('{"title":"stalls","country":"+46"}'))).body.toString()) as {
      readonly id: string;
    };
    say(`${listeners} listeners alone`);
    await listen(ears, paths, 3);
    const alone = quantiles(await listen(ears, paths, seconds));
    say('the same with uploads and exports');
    let isDone = false;
    const letter = mail();
    let number = 0;
    const uploads = again(
      () => isDone,
      async () => {
        // Each mail is a different file: the same one again would be recognised by its digest.
        const bytes = Buffer.concat([Buffer.from(`X-Number: ${number++}\r\n`), letter]);
        const { status, body } = await ask(changing, 'POST', `/api/cases/${id}/messages?name=${number}.eml&zone=UTC`, {}, bytes);
        if (status !== 200) throw new Error(`an upload was answered with ${status} ${body.toString().slice(0, 200)}`);
      },
    );
    const exports = again(
      () => isDone,
      async () => {
        const { status } = await ask(inside, 'GET', '/api/export.zip', {}, undefined, false);
        if (status !== 200) throw new Error(`an export was answered with ${status}`);
      },
    );
    const busy = quantiles(await listen(ears, paths, seconds));
    isDone = true;
    const [uploaded, taken] = await Promise.all([uploads, exports]);
    const row = (name: string, { median, nearlyAll, most }: ReturnType<typeof quantiles>): string =>
      `| ${name} | ${median.toFixed(1)} | ${nearlyAll.toFixed(1)} | ${most.toFixed(1)} |`;
    return `${listeners} listeners in ${sessions} sessions each request a piece of ${pieceBytes / 1024} KiB per second for ${seconds} s from one \`serve\` with ${exported} calls; then one person uploads messages of ${(letter.length / 1024 / 1024).toFixed(0)} MiB into a case without a pause (${uploaded} in that time), another exports all calls (${taken} times). Client and server share the cores.\n\n| milliseconds per piece | median | 99th percentile | longest |\n|---|--:|--:|--:|\n${row('listening alone', alone)}\n${row('with uploads and exports', busy)}\n`;
  } finally {
    child?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}
