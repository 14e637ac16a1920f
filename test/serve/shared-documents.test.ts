import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig } from '../cli/rig.ts';
import { wav } from '../media/medium-rig.ts';
import { type Answer, passwordLine, recordingsOf, type Server, startServer, storedBytes, writeUsersFile } from './rig.ts';

let rig: Rig;
let server: Server;
let cookie: string;
/** The call in the role's part of the archive, and two others of the same vCon. */
let ids: { readonly inside: string; readonly outside: readonly string[] };

const uuid = '019f15a6-0000-8000-8000-0000000000aa';
const sounds = [0, 1, 2].map((index) =>
  Buffer.from(
    wav(
      Int16Array.from({ length: 6_000 + index * 900 }, (_, at) => 9_000 * Math.sin(at * (0.11 + index * 0.07))),
      8_000,
    ),
  ),
);
/** Of each dialog: what only it says, and a piece of its sound as the vCon has it. */
const marks = sounds.map((sound, index) => [
  `PARTYNAME${index}`,
  `SECRETWORD${index}`,
  `+4670174060${index}`,
  sound.subarray(600, 660).toString('base64url'),
]);
const outsideMarks = [...(marks[0] ?? []), ...(marks[2] ?? [])];

function vconOf(): string {
  return JSON.stringify({
    vcon: '0.4.0',
    uuid,
    created_at: '2026-05-04T09:00:00.000Z',
    parties: sounds.map((_sound, index) => ({ tel: `+4670174060${index}`, name: `PARTYNAME${index}` })),
    dialog: sounds.map((sound, index) => ({
      type: 'recording',
      start: `2026-0${5 + index}-04T10:00:00.000Z`,
      parties: [index],
      mediatype: 'audio/x-wav',
      encoding: 'base64url',
      body: sound.toString('base64url'),
    })),
    analysis: sounds.map((_sound, index) => ({ type: 'transcript', dialog: index, encoding: 'none', body: `SECRETWORD${index} was said` })),
    attachments: [],
  });
}

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('source/three.vcon'), vconOf());
  const { code, stderr } = await rig.run(['import', 'source', '--into', 'archive', '--zone', 'Europe/Stockholm']);
  expect(code, stderr).toBe(0);
  const [inside] = await recordingsOf(rig, '--from', '2026-06', '--to', '2026-07');
  const all = (await recordingsOf(rig)).map(({ recordingId }) => recordingId);
  expect(all.length).toBe(3);
  ids = { inside: inside?.recordingId ?? '', outside: all.filter((id) => id !== inside?.recordingId) };
  const user = (name: string): string => `[users.${name}]\npassword = "${passwordLine()}"\nrole = "${name}"\n[roles.${name}]\n`;
  const rights = 'rights = ["listen", "export", "annotate"]\n';
  const text = `${user('whole')}${rights}${user('part')}${rights}[roles.part.only]\nfrom = "2026-06"\nto = "2026-07"\n`;
  server = await startServer(rig, ['--users', writeUsersFile(rig, 'users.toml', text)]);
  ({ cookie } = await server.signIn('part'));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

function expectNothingOutside(path: string, { body, headers }: Answer): void {
  const said = body.toString('latin1') + JSON.stringify(headers);
  for (const mark of outsideMarks) expect(said.includes(mark), `${path} has ${mark.slice(0, 20)}`).toBe(false);
  for (const index of [0, 2]) expect(body.includes(sounds[index]?.subarray(600, 660) ?? ''), `${path} has sound of dialog ${index}`).toBe(false);
  for (const id of ids.outside) expect(said.includes(id), `${path} has the id of a call outside`).toBe(false);
}

test('nothing that a role with a part of the archive may request has anything of other calls of the same vCon', async () => {
  const { inside } = ids;
  const detail = JSON.parse((await server.ask(`/api/recordings/${inside}`, { cookie })).text) as {
    document: { sources: { path: string }[]; media: { original: { path: string }; access: { path: string } | null }[] };
    withheld?: string[];
  };
  const sources = detail.document.sources.map(({ path }) => path);
  expect(sources.length).toBe(1);
  expect(detail.withheld).toEqual(sources);
  const files = [
    ...sources,
    ...detail.document.media.flatMap(({ original, access }) => [original.path, access?.path ?? 'x']),
    'recording.json',
    'proof.tlog-proof',
  ];
  const words = outsideMarks.slice(0, 3).map((word) => `/api/search?text=${encodeURIComponent(word)}`);
  const paths = [
    ...files.flatMap((name) => [`/files/${inside}/${name}`, `/files/${inside}/${name}?take`]),
    ...[...ids.outside, inside].flatMap((id) => [`/api/recordings/${id}`, `/files/${id}/access-1.opus/span.wav?from=0&to=200`]),
    ...['access', 'original', 'both'].map((take) => `/api/export.zip?take=${take}`),
    ...['/api/search', '/api/overview', '/api/tags', '/api/session', '/api/export/requests', `/api/search?group=${uuid}`, '/api/cases'],
    ...words,
  ];
  for (const path of paths) {
    expectNothingOutside(path, await server.ask(path, { cookie }));
    expectNothingOutside(path, await server.ask(path, { cookie, headers: { range: 'bytes=0-99999' } }));
  }
  for (const path of words) {
    const last = (await server.ask(path, { cookie })).text.trim().split('\n').at(-1) ?? '';
    expect((JSON.parse(last) as { total: number }).total, path).toBe(0);
  }
});

test('the shared document is refused without its digest, and a role that sees everything gets it unchanged', async () => {
  const [found] = await recordingsOf(rig, '--from', '2026-06', '--to', '2026-07');
  const path = `/files/${ids.inside}/source-1.json`;
  const whole = (await server.signIn('whole')).cookie;
  const { body, headers } = await server.ask(path, { cookie: whole });
  expect(body.equals(storedBytes(rig, found?.bag ?? '', ids.inside, 'source-1.json'))).toBe(true);
  for (const mark of outsideMarks) expect(body.includes(mark)).toBe(true);
  for (const [method, more] of [
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { range: 'bytes=0-9' }],
    ['GET', { 'if-none-match': headers.etag ?? '' }],
    ['GET', { 'if-match': '"other"' }],
  ] as const) {
    const answer = await server.ask(path, { cookie, method, headers: more });
    expect([answer.status, answer.headers.etag, answer.headers['content-range']], method).toEqual([403, undefined, undefined]);
    if (method === 'GET') expect(answer.text).toContain('may describe other calls');
    expectNothingOutside(path, answer);
  }
});

test('a fault of a call outside the part is not told by its id', async () => {
  const bags = await recordingsOf(rig);
  const outside = bags.find(({ recordingId }) => recordingId === ids.outside[0]);
  expect(new Set(bags.map(({ bag }) => bag)).size).toBe(1);
  appendFileSync(rig.path('archive/bags', outside?.bag ?? '', 'data', outside?.recordingId ?? '', 'access-1.opus'), 'x');
  expect((await rig.run(['verify', 'archive'])).code).toBe(4);
  const whole = (await server.signIn('whole')).cookie;
  const path = `/api/recordings/${ids.inside}`;
  // The server reads entries of other processes at its next entry, which a first view makes.
  const seen = JSON.parse((await server.ask(path, { cookie: whole })).text) as { verified: unknown };
  expect(seen.verified).toMatchObject({ verdict: 'faults', damaged: [outside?.recordingId] });
  const answer = await server.ask(path, { cookie });
  expectNothingOutside(path, answer);
  const { verified, row } = JSON.parse(answer.text) as { verified: unknown; row: { fault?: string } };
  expect([verified, row.fault]).toEqual([expect.objectContaining({ verdict: 'faults', others: true }), undefined]);
});
