import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { createArchive, entriesOf, startServer, writeUsers } from './rig.ts';

test('addresses of clients, including those that the proxy names, are beside the log with --log-addresses, and nowhere without it', async () => {
  await using rig = await createArchive();
  const users = writeUsers(rig);
  const proxy = ['--users', users, '--trust-proxy', 'X-Remote-User', '--trust-forwarded-for'];
  const asked = async (options: readonly string[]): Promise<void> => {
    await using server = await startServer(rig, [...proxy, ...options]);
    const from = (client: string): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.1, ${client}` });
    expect((await server.ask('/api/search?text=Berg', { headers: { ...from('203.0.113.9'), 'x-remote-user': 'anna' } })).status).toBe(200);
    expect((await server.ask('/api/search?text=Berg', { headers: from('203.0.113.10') })).status).toBe(401);
    expect((await server.stop()).code).toBe(0);
  };
  await asked([]);
  expect(JSON.stringify(await entriesOf(rig))).not.toMatch(/203\.0\.113|127\.0\.0\.1/);
  await asked(['--log-addresses']);
  const entries = await entriesOf(rig);
  const of = (kind: string) => entries.filter(({ type }) => type === kind).at(-1);
  expect(of('searched')?.details).toEqual({ user: 'anna', host: hostname(), address: '203.0.113.9', query: '[["text","Berg"]]' });
  expect(of('request-refused')?.details).toEqual({ addresses: ['203.0.113.10'] });
  expect(of('request-refused')?.logged).toEqual({ why: 'session', times: 1, detailsSha256: expect.any(String) });
  // The user who started the server is there as well, and not in the log.
  expect(of('serving-started')?.details).toMatchObject({ host: hostname() });
  expect(JSON.stringify(entries.map(({ logged }) => logged))).not.toContain('203.0.113');
  expect(readFileSync(rig.path('archive/log/details/000/000000.jsonl'), 'utf8')).toContain('203.0.113.9');
  expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
});
