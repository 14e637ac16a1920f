import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLog } from '../../src/log/log.ts';
import { temporaryFolder } from '../archive/rig.ts';
import { anyType } from '../log/any-type.ts';
import { newArchive, now } from '../log/rig.ts';
import { patience } from '../patience.ts';
import { runHere } from './in-process.ts';
import { cli } from './rig.ts';

const folder = temporaryFolder();
let made: Awaited<ReturnType<typeof newArchive>>;
/** All characters that one of the formats has to escape. */
const nasty = 'quote " bracket ] backslash \\ equals = pipe | break \n tab \t next \u0085 line \u2028 paragraph \u2029 end';
const ids = Array.from({ length: 60 }, (_, at) => `1f0c2a9e-0000-8000-8000-0000000000${String(at).padStart(2, '0')}`);
const anna = { user: 'anna', host: 'trading-7', address: '192.0.2.7' };

beforeAll(async () => {
  made = await newArchive(folder.path);
  const log = await openLog(made.archive, { now, keys: made.keys, actor: () => anna });
  await log.append('case-deleted', { case: '20240506-1f0c2a9e', found: true }, { reason: nasty });
  await log.append('export-begun', { recordings: ids.length }, { recordings: ids });
  await log.appendAll([{ type: 'request-refused', detail: { why: 'right', times: 3 }, actor: { ...anna, address: '2001:db8::7' } }]);
  await log.append(anyType('type|of a\\later version'), { text: nasty });
  await log.close();
});
afterAll(() => folder[Symbol.dispose]());

async function lines(format: string, ...args: readonly string[]): Promise<string[]> {
  const { code, out, err } = await runHere(['log', 'export', made.archive.dir, '--format', format, ...args], made.keys);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').slice(0, -1);
}

test('jsonl is readable by jq, with complete lists, and without details if pseudonyms are requested', async () => {
  const all = await lines('jsonl');
  const { stdout, status } = spawnSync('jq', ['-c', '[.seq, .type, .details.user, (.details.recordings | length), .details.reason]'], {
    input: all.join('\n'),
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    [1, 'archive-created', null, 0, null],
    [2, 'case-deleted', 'anna', 0, nasty],
    [3, 'export-begun', 'anna', 60, null],
    [4, 'request-refused', 'anna', 0, null],
    [5, 'type|of a\\later version', 'anna', 0, null],
  ]);
  // Python ends a line at each of Unicode's line separators.
  const counted = spawnSync('python3', ['-c', 'import sys; print(len(sys.stdin.buffer.read().decode().splitlines()))'], {
    input: all.join('\n'),
    encoding: 'utf8',
  });
  expect(counted.stdout).toBe('5\n');
  expect((await lines('jsonl', '--from-entry', '4')).length).toBe(2);
  const bare = await lines('jsonl', '--pseudonyms');
  expect(bare.join('')).not.toMatch(/anna|trading-7|192\.0\.2/);
  expect(bare.length).toBe(5);
});

test('syslog is parsed by rsyslog into the original values', async () => {
  const all = await lines('syslog');
  expect(all[1]).toMatch(/^<109>1 2024-05-06T07:08:09\.000Z trading-7 longplay - case-deleted \[longplay@32473 seq="2" archive="[0-9a-f-]{36}" /);
  const [config, output, port, pid] = ['rsyslog.conf', 'output', 'port', 'pid'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
    string,
  ]; // four of four
  writeFileSync(
    config,
    `global(workDirectory="${folder.path}" maxMessageSize="64k")
module(load="imtcp")
module(load="mmpstrucdata")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${port}" SupportOctetCountedFraming="off")
action(type="mmpstrucdata")
template(name="all" type="list") { property(name="jsonmesg") constant(value="\\n") }
action(type="omfile" file="${output}" template="all")
`,
  );
  const program = existsSync('/usr/sbin/rsyslogd') ? '/usr/sbin/rsyslogd' : 'rsyslogd';
  const child = spawn(program, ['-n', '-f', config, '-i', pid], { stdio: 'ignore' });
  try {
    await vi.waitFor(() => expect(existsSync(port) && Number(readFileSync(port, 'utf8')) > 0).toBe(true), patience);
    const socket = connect(Number(readFileSync(port, 'utf8')), '127.0.0.1', () => socket.end(`${all.join('\n')}\n`));
    await vi.waitFor(() => expect(existsSync(output) ? readFileSync(output, 'utf8').trimEnd().split('\n').length : 0).toBe(all.length), patience);
  } finally {
    child.kill('SIGKILL');
  }
  interface Parsed {
    readonly msgid: string;
    readonly hostname: string;
    readonly 'app-name': string;
    readonly pri: string;
    readonly '$!': { readonly 'rfc5424-sd': Record<string, Record<string, string>> };
  }
  const parsed = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Parsed);
  const values = parsed.map((one) => one['$!']['rfc5424-sd']['longplay@32473'] ?? {});
  expect(parsed.map((one) => [one.msgid, one.hostname, one['app-name'], one.pri])).toEqual([
    ['archive-created', expect.any(String), 'longplay', '109'],
    ['case-deleted', 'trading-7', 'longplay', '109'],
    ['export-begun', 'trading-7', 'longplay', '109'],
    ['request-refused', 'trading-7', 'longplay', '108'],
    ['type|ofa\\laterversion', 'trading-7', 'longplay', '109'],
  ]);
  expect(values[1]).toMatchObject({ seq: '2', user: 'anna', address: '192.0.2.7', case: '20240506-1f0c2a9e' });
  // Control characters are written as text in all lines for people and programs.
  expect(values[1]?.reason).toMatch(/^quote " bracket \] backslash \\.* equals = pipe \| break [^\n]* tab [^\t]* end$/);
  // rsyslog writes names of parameters in lower case.
  const listed = values[2]?.recordingslist?.split(' ') ?? [];
  expect(listed).toEqual(ids.slice(0, listed.length));
  expect(values[2]).toMatchObject({ recordings: '60', recordingsleft: String(60 - listed.length) });
});

/** Parses a line as the CEF specification says. */
function parseCef(line: string): { readonly head: string[]; readonly extension: Record<string, string> } {
  const parts = /^((?:[^|\\]|\\.)*\|){7}/.exec(line)?.[0] ?? '';
  const head = [...parts.matchAll(/((?:[^|\\]|\\.)*)\|/g)].map(([, text = '']) => text.replace(/\\([|\\])/g, '$1'));
  const extension: Record<string, string> = {};
  for (const [, key = '', value = ''] of line.slice(parts.length).matchAll(/(\w+)=((?:[^=\\]|\\.)*?)(?= \w+=|$)/g))
    extension[key] = value.replace(/\\([=\\])/g, '$1');
  return { head, extension };
}

test('CEF escapes forbidden characters in its header and its values, and uses keys of the dictionary', async () => {
  const all = (await lines('cef')).map(parseCef);
  expect(all.map(({ head }) => head)).toEqual([
    ['CEF:0', 'longplay', 'longplay', expect.stringMatching(/^\d/), 'archive-created', 'archive created', '3'],
    ['CEF:0', 'longplay', 'longplay', expect.any(String), 'case-deleted', 'case deleted', '3'],
    ['CEF:0', 'longplay', 'longplay', expect.any(String), 'export-begun', 'export begun', '3'],
    ['CEF:0', 'longplay', 'longplay', expect.any(String), 'request-refused', 'request refused', '5'],
    ['CEF:0', 'longplay', 'longplay', expect.any(String), expect.stringMatching(/^type\|of a\\+later version$/), expect.any(String), '3'],
  ]);
  expect(all[1]?.extension).toMatchObject({
    externalId: '2',
    deviceExternalId: made.archive.id,
    rt: String(Date.parse(now())),
    suser: 'anna',
    shost: 'trading-7',
    src: '192.0.2.7',
    cs1Label: 'who',
    reason: expect.stringMatching(/^quote " bracket \] backslash \\.* equals = pipe \| break .* tab .* end$/),
  });
  expect(all[3]?.extension).toMatchObject({ c6a2: '2001:db8::7', cnt: '3', msg: 'why=right' });
  expect(all[2]?.extension.cs4?.split(' ')[0]).toBe(ids[0]);
});

test('following the log prints each later entry once, and an interrupt ends it successfully', async () => {
  const child = spawn(process.execPath, [cli, 'log', 'export', made.archive.dir, '--follow', '--from-entry', '5'], {
    env: { ...process.env, LONGPLAY_KEYS: made.keys },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const seqs = (): number[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  try {
    await vi.waitFor(() => expect(seqs()).toEqual([5]), patience);
    const log = await openLog(made.archive, { now, keys: made.keys, actor: () => anna });
    await log.appendAll(Array.from({ length: 300 }, (_, at) => ({ type: anyType('later'), detail: { at } })));
    await log.close();
    await vi.waitFor(() => expect(seqs()).toEqual(Array.from({ length: 301 }, (_, at) => at + 5)), patience);
    expect(out).toContain('"user":"anna"');
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});
