import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { metricsText } from '../../src/core/base/metric-text.ts';
import { type KeyringFacts, keyringMetrics } from '../../src/report/statement/keyring.ts';
import { giveMetrics } from '../../src/serve/metrics/give-metrics.ts';
import { createServeCounts } from '../../src/serve/metrics/serve-counts.ts';
import { type Rig, root } from '../cli/rig.ts';
import { patience } from '../patience.ts';
import { createArchive, entriesOf, recordingsOf, type Server, startServer, writeUsers } from './rig.ts';

let rig: Rig;
let users: string;
let server: Server;
let port: number;
let anna: string;
/** Settles when a client that sends no request is disconnected. */
let loris: Promise<unknown>;

beforeAll(async () => {
  rig = await createArchive();
  users = writeUsers(rig);
  server = await startServer(rig, ['--users', users, '--metrics', '0']);
  port = metricsPort(server);
  const slow = connect(port, '127.0.0.1', () => slow.write(`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-`));
  loris = new Promise((resolve) => slow.on('error', resolve).on('close', resolve).resume());
  anna = (await server.signIn('anna')).cookie;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

function metricsPort({ printed }: Server): number {
  const [, found] = /metrics for Prometheus: http:\/\/127\.0\.0\.1:(\d+)\/metrics/.exec(printed()) ?? [];
  if (found === undefined) throw new Error(`no address of metrics:\n${printed()}`);
  return Number(found);
}

interface Scraped {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function scrape(path = '/metrics', method = 'GET', host = `127.0.0.1:${port}`): Promise<Scraped> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The response; waits if there were too many requests. */
async function given(...asked: Parameters<typeof scrape>): Promise<Scraped> {
  return await vi.waitFor(async () => {
    const scraped = await scrape(...asked);
    expect(scraped.status).toBe(200);
    return scraped;
  }, patience);
}

/** The present metrics. */
async function metrics(): Promise<string> {
  return (await given()).text;
}

function valueIn(text: string, sample: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`no ${sample} in:\n${text}`);
  return Number(line.slice(sample.length + 1));
}

/** Waits until a sample has a value. */
async function becomes(sample: string, value: number): Promise<void> {
  await vi.waitFor(async () => expect(valueIn(await metrics(), sample)).toBe(value), patience);
}

test('requests are counted by group and class of answer, with their time and bytes', async () => {
  const before = await metrics();
  for (const [path, status] of [
    ['/api/search?text=', 200],
    ['/api/search?from=never', 400],
    ['/nowhere', 404],
  ] as const)
    expect((await server.ask(path, { cookie: anna })).status).toBe(status);
  expect((await server.ask('/', { headers: { host: 'evil.example' } })).status).toBe(421);
  const counted = (sample: string): number => valueIn(before, `longplay_serve_${sample}`);
  for (const sample of [
    'requests_total{group="search",code="2xx"}',
    'requests_total{group="search",code="4xx"}',
    'requests_total{group="unknown",code="4xx"}',
    'requests_total{group="refused",code="4xx"}',
    'refused_requests_total{reason="host"}',
    'refused_requests_total{reason="path"}',
  ])
    await becomes(`longplay_serve_${sample}`, counted(sample) + 1);
  const after = await metrics();
  const duration = (part: string): number => valueIn(after, `longplay_serve_request_duration_seconds_${part}`);
  expect(duration('count{group="search"}')).toBe(counted('request_duration_seconds_count{group="search"}') + 2);
  expect(duration('bucket{group="search",le="+Inf"}')).toBe(duration('count{group="search"}'));
  expect(duration('bucket{group="search",le="600"}')).toBe(duration('count{group="search"}'));
  expect(duration('sum{group="search"}')).toBeGreaterThanOrEqual(0);
  expect(valueIn(after, 'longplay_serve_sent_bytes_total{group="search"}')).toBeGreaterThan(counted('sent_bytes_total{group="search"}') + 500);
});

test('sign-ins, sessions and exports are counted', async () => {
  const before = await metrics();
  const counted = (sample: string): number => valueIn(before, `longplay_serve_${sample}`);
  expect((await server.signIn('bo')).status).toBe(303);
  expect((await server.signIn('bo', 'guessed')).status).toBe(401);
  expect((await server.ask('/api/export.zip?status=matched', { cookie: anna })).status).toBe(200);
  await becomes('longplay_serve_sign_ins_total{result="accepted"}', counted('sign_ins_total{result="accepted"}') + 1);
  await becomes('longplay_serve_sign_ins_total{result="refused"}', counted('sign_ins_total{result="refused"}') + 1);
  await becomes('longplay_serve_refused_requests_total{reason="sign-in"}', counted('refused_requests_total{reason="sign-in"}') + 1);
  await becomes('longplay_serve_sessions', counted('sessions') + 1);
  await becomes('longplay_serve_exports_begun_total', counted('exports_begun_total') + 1);
  await becomes('longplay_serve_exports_finished_total{result="complete"}', counted('exports_finished_total{result="complete"}') + 1);
});

test('altered or lost files are counted when they are requested', async () => {
  const [call] = (await recordingsOf(rig, '--with-site', 'contact-centre')).filter(({ copies }) => copies > 0);
  if (call === undefined) throw new Error('the sample has no call with a copy');
  const file = rig.path('archive/bags', call.bag, 'data', call.recordingId, 'access-1.opus');
  const bytes = readFileSync(file);
  const path = `/files/${call.recordingId}/access-1.opus`;
  try {
    writeFileSync(file, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]));
    expect((await server.ask(path, { cookie: anna })).status).toBe(503);
    await expect(server.ask(`${path}?take`, { cookie: anna })).rejects.toThrow();
    expect((await server.ask('/api/export.zip', { cookie: anna })).status).toBe(200);
    rmSync(file);
    expect((await server.ask(path, { cookie: anna })).status).toBe(503);
  } finally {
    writeFileSync(file, bytes);
  }
  for (const reason of ['altered', 'cut-off', 'left-out', 'lost']) await becomes(`longplay_serve_files_held_back_total{reason="${reason}"}`, 1);
});

test('a verification and log entries of other runs are included when a server starts', async () => {
  const times = async (): Promise<readonly [number, number]> => {
    const text = await metrics();
    return [
      valueIn(text, 'longplay_serve_last_verification_timestamp_seconds'),
      valueIn(text, 'longplay_serve_last_log_entry_timestamp_seconds'),
    ] as const;
  };
  expect((await times())[0]).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const [finished] = (await entriesOf(rig)).filter(({ type }) => type === 'verification-finished');
  const newest = Date.parse(finished?.time ?? '') / 1_000;
  // Its own next entry makes the server read those of others.
  await server.ask('/api/search?text=something', { cookie: anna });
  await vi.waitFor(async () => expect((await times())[0]).toBe(newest), patience);
  expect((await times())[1]).toBeGreaterThanOrEqual(newest);
});

test('log entries of other runs are read at most once a minute, and a scrape does not wait for it', async () => {
  let [nowMs, times] = [0, 0];
  const lines: string[] = [];
  const refresh = (): Promise<void> => {
    times++;
    // Another process has the lock.
    return new Promise(() => undefined);
  };
  const sources = {
    counts: createServeCounts(),
    refused: {},
    bugs: () => 0,
    sessions: { size: 0 },
    knownFaults: () => 0,
    log: { lastTimes: () => ({ entry: '2026-01-01T00:00:00.000Z', verification: null }), refresh },
  };
  const failed = (error: unknown): never => {
    throw error;
  };
  const place = { host: '127.0.0.1', port: 0 };
  await using _metrics = await giveMetrics(place, { connections: () => 0 }, sources, {
    warn: (line) => lines.push(line),
    now: () => nowMs,
    reportFailure: failed,
  });
  const [, url = ''] = /(http:\S+)/.exec(lines.join()) ?? [];
  const seen: number[] = [];
  for (const at of [0, 59_000, 60_000, 61_000, 119_000, 120_000]) {
    nowMs = at;
    const text = await (await fetch(url)).text();
    expect(valueIn(text, 'longplay_serve_last_log_entry_timestamp_seconds')).toBe(Date.UTC(2026, 0, 1) / 1_000);
    seen.push(times);
  }
  expect(seen).toEqual([0, 0, 1, 1, 1, 2]);
});

test('metrics contain no user, number, id, path or word, and do not grow', async () => {
  const [call] = await recordingsOf(rig);
  const before = (await metrics()).split('\n').map((line) => line.replace(/ [^ ]*$/, ''));
  for (const path of [`/files/${call?.recordingId}/access-1.opus`, '/api/search?text=fraud', '/no/such/path', `/api/recordings/${call?.recordingId}`])
    await server.ask(path, { cookie: anna });
  await server.ask('/', { method: 'PROPFIND' });
  await server.signIn('somebody');
  const text = await metrics();
  expect(text.split('\n').map((line) => line.replace(/ [^ ]*$/, ''))).toEqual(before);
  expect(Buffer.byteLength(text)).toBeLessThan(32 * 1_024);
  for (const secret of ['anna', 'somebody', 'fraud', 'PROPFIND', 'such', 'archive/', rig.folder, call?.recordingId ?? 'none', call?.bag ?? 'none'])
    expect(text).not.toContain(secret);
  const labels = new Set([...text.matchAll(/([a-z_]+)="/g)].map(([, name]) => name));
  expect([...labels].sort()).toEqual(['code', 'group', 'le', 'node', 'reason', 'result', 'version']);
});

test('the listener gives metrics only for GET and HEAD, and not under another host name', async () => {
  const { status, headers, text } = await given();
  expect([status, headers['content-type'], headers['cache-control'], headers.connection]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
    'close',
  ]);
  expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text));
  const head = await given('/metrics', 'HEAD');
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await given('/metrics', 'GET', `localhost:${port}`)).status).toBe(200);
  expect((await given('/metrics', 'GET', `[::1]:${port}`)).status).toBe(200);
  for (const [path, method, host, expected] of [
    ['/', 'GET', undefined, 404],
    ['/health', 'GET', undefined, 404],
    ['/metrics/', 'GET', undefined, 404],
    ['/api/search', 'GET', undefined, 404],
    ['/metrics', 'POST', undefined, 405],
    ['/metrics', 'DELETE', undefined, 405],
    ['/metrics', 'GET', 'evil.example', 421],
    ['/metrics', 'GET', `127.0.0.1.evil.example:${port}`, 421],
  ] as const) {
    const refused = await scrape(path, method, host);
    expect([path, method, host, refused.status, refused.text]).toEqual([path, method, host, expected, '']);
  }
  // Conversely the public listener has no such path for anybody.
  for (const cookie of [undefined, anna]) expect((await server.ask('/metrics', { cookie })).status).toBe(404);
});

test('excessive scrapes are refused, and a client that sends no request is disconnected', async () => {
  const statuses = [(await given()).status];
  // So many at once that none has expired before the last, even on a slow machine.
  for (const until = Date.now() + patience; !statuses.includes(429) && Date.now() < until; )
    statuses.push(...(await Promise.all(Array.from({ length: 8 }, () => scrape()))).map(({ status }) => status));
  expect(statuses).toContain(429);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  await loris;
  expect(await metrics()).toContain('longplay_build_info');
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;

test.runIf(promtool)('promtool finds nothing to object to', async () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await metrics(), encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('docs/how-to/serve.md lists exactly the metrics that exist', async () => {
  const names = [...(await metrics()).matchAll(/^# TYPE ([a-z_]+) /gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  const docs = readFileSync(join(root, 'docs/how-to/serve.md'), 'utf8');
  const [, table = ''] = /\n## Metrics\n([\s\S]*?)\n## /.exec(docs) ?? [];
  const named = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(names.sort());
});

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** The example for Grafana, with the values of its variables if all is chosen. */
function dashboard(): { readonly panels: readonly Panel[]; readonly exprs: readonly string[]; readonly text: string } {
  const text = readFileSync(join(root, 'docs/how-to/grafana-dashboard.json'), 'utf8');
  const { panels } = JSON.parse(text) as { readonly panels: readonly Panel[] };
  const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const filled = exprs.map((expr) =>
    expr
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$__range', '7d')
      .replaceAll(/\$(archive|server)/g, '.*'),
  );
  return { panels, exprs: filled, text };
}

/** Additional metrics of a verification of a sealed archive. */
const sealed: KeyringFacts = {
  keyring: {
    id: '00',
    pages: 1,
    erasures: 0,
    copies: [{ copy: 'main', state: { kind: 'file', root: 1, pages: 1, lacking: 0, owed: 0 }, contact: null, drill: null }],
    recovery: null,
    drillDays: 90,
    epochDays: 90,
    silentDays: 30,
  },
  findings: [],
};

test('the dashboard for Grafana uses only metrics and labels that exist, and no panels overlap', async () => {
  expect([0, 3]).toContain((await rig.run(['verify', 'archive', '--metrics-file', 'run.prom'])).code);
  const given = `${await metrics()}${readFileSync(rig.path('run.prom'), 'utf8')}${metricsText(keyringMetrics('archive', sealed))}`;
  const names = new Set([...given.matchAll(/^([a-z_]+)(?:\{| )/gm)].map(([, name]) => name));
  const labels = new Set([...given.matchAll(/[{,]([a-z_]+)="/g)].map(([, name]) => name));
  // By Prometheus itself, of each target (https://prometheus.io/docs/concepts/jobs_instances/).
  for (const name of ['up']) names.add(name);
  for (const name of ['instance']) labels.add(name);
  const { panels, exprs, text } = dashboard();
  const asked = exprs.flatMap((expr) => [...expr.matchAll(/\b(?:longplay|process)_[a-z_]+|\bup\b/g)].map(([name]) => name));
  expect(asked.length).toBeGreaterThan(30);
  expect([...asked, ...[...text.matchAll(/label_values\(([a-z_]+)/g)].map(([, name]) => name)].filter((name) => !names.has(name))).toEqual([]);
  const used = [
    ...exprs.flatMap((expr) => [...expr.matchAll(/([a-z_]+)=~?"|by \(([a-z_, ]+)\)/g)].flatMap(([, one, many]) => (one ?? many ?? '').split(', '))),
    ...[...text.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, name]) => name ?? ''),
  ];
  expect(used.length).toBeGreaterThan(30);
  expect(used.filter((name) => !labels.has(name))).toEqual([]);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});

test.runIf(promtool)('promtool parses every query of the dashboard', () => {
  const rules = dashboard().exprs.map((expr, at) => `  - {record: "panel:${at}", expr: ${JSON.stringify(expr)}}\n`);
  writeFileSync(rig.path('rules.yml'), `groups:\n- name: panels\n  rules:\n${rules.join('')}`);
  const { status, stdout } = spawnSync('promtool', ['check', 'rules', rig.path('rules.yml')], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
});

test('no listener for metrics starts unless requested, and none for other machines unless stated', async () => {
  await using quiet = await startServer(rig, ['--users', users]);
  expect(quiet.printed()).not.toContain('metrics');
  expect((await quiet.stop()).code).toBe(0);
  for (const [address, code] of [
    ['0.0.0.0:0', 'U244'],
    ['[::]:0', 'U244'],
    ['calls.example:8081', 'U244'],
    ['8081x', 'U243'],
    ['65536', 'U243'],
    ['::1:8081', 'U243'],
    ['http://127.0.0.1:8081', 'U243'],
    [`${port}`, 'U247'],
  ] as const) {
    const { code: exit, stderr } = await rig.run(['serve', 'archive', '--port', '0', '--metrics', address]);
    expect([address, exit, stderr.includes(code)]).toEqual([address, code === 'U247' ? 5 : 2, true]);
  }
  await using open = await startServer(rig, ['--users', users, '--metrics', '0.0.0.0:0', '--metrics-open']);
  const [, found] = /metrics for Prometheus: http:\/\/0\.0\.0\.0:(\d+)\/metrics/.exec(open.printed()) ?? [];
  const answer = await fetch(`http://127.0.0.1:${found}/metrics`);
  expect(answer.status).toBe(200);
  await answer.text();
  expect((await open.stop()).code).toBe(0);
});
