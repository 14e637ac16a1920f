import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type RouteName, routes } from '../../src/serve/accounts/routes.ts';
import { runHere } from '../cli/in-process.ts';
import { createRig, fingerprint, type Rig, root } from '../cli/rig.ts';
import { type Answer, passwordLine, recordingsOf, type Server, startServer, writeUsersFile } from '../serve/rig.ts';
import { buildTrap, type Call, type Strike } from './trap.ts';
import { createTrapControl, type TrapControl } from './trap-control.ts';
import { everything, patience, spread, upTo } from './trials.ts';

// Tests every route of `serve`: routes that write are refused their calls and killed at them; routes that only read write nothing.

const trap = buildTrap();

/** A signed-in user. */
interface Person {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** Prepares the request undisturbed, and returns it. */
type Deed = () => Promise<() => Promise<Answer>>;

/** Roles, with their number of users. */
const numbers = { anna: 40, bert: 20, eva: 20 } as const;
type Role = keyof typeof numbers;

/** `reads`: nothing is written. A text: the reason why the route is not tested here. */
type Way = { readonly writes: Deed; readonly again?: readonly number[] } | { readonly reads: Deed } | string;

describe.skipIf(typeof trap === 'string')(`the server${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: Rig;
  let control: TrapControl;
  let server: Server;
  let ids: readonly string[];
  let caseId: string;
  let aboutId = '';
  let states: string;
  let bags: readonly string[];
  const ended: string[] = [];

  beforeAll(async () => {
    if (typeof trap === 'string') return;
    rig = createRig();
    states = rig.path('states');
    mkdirSync(rig.path('world'));
    const made = await rig.run([
      'import',
      join(root, 'samples/asterisk-normal'),
      '--into',
      'world/archive',
      '--zone',
      'Europe/Stockholm',
      '--bag-recordings',
      '3',
    ]);
    expect(made).toMatchObject({ code: 0 });
    cpSync(rig.keys, rig.path('world/keys'), { recursive: true });
    cpSync(rig.path('world/archive'), rig.path('archive'), { recursive: true });
    ids = (await recordingsOf(rig, '--status', 'matched')).flatMap(({ recordingId, copies }) => (copies > 0 ? [recordingId] : []));
    rmSync(rig.path('archive'), { recursive: true });
    bags = fingerprint(rig.path('world/archive/bags'));
    const line = passwordLine();
    const user = (name: string, role: string): string => `[users.${name}]\npassword = "${line}"\nrole = "${role}"`;
    const users = Object.entries(numbers).flatMap(([role, count]) => upTo(count).map((number) => user(`${role}${number}`, role)));
    const roles =
      '[roles.anna]\nrights = ["listen", "export", "annotate"]\n[roles.bert]\nrights = ["listen", "export"]\n[roles.eva]\nrights = ["listen", "administer"]';
    writeUsersFile(rig, 'users.toml', [...users, roles, '[export]\ntwo-persons = 3'].join('\n'));
    control = createTrapControl(trap, rig.path('trap'));
    server = await start(rig.path('world'));
    const opened = async (about: object): Promise<string> => JSON.parse((await (await comeIn('anna')).post('/api/cases', about)).text).id;
    caseId = await opened({ title: 'Deal 4711' });
    aboutId = await opened({ title: 'Request 17', subject: ['+46701740605'], country: '+46' });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Serves the archive of a world. */
  function start(world: string): Promise<Server> {
    mkdirSync(rig.path('tmp'), { recursive: true });
    const env = { ...control.env([rig.path('world')]), LONGPLAY_KEYS: join(world, 'keys'), LONGPLAY_TMPDIR: rig.path('tmp') };
    return startServer({ ...rig, folder: world }, ['--users', rig.path('users.toml')], env);
  }

  let signIns = 0;
  /** One of the users of a role, from one of many addresses: an account and a client have a limited number of attempts per minute. */
  function next(role: Role): { readonly user: string; readonly from: string } {
    signIns++;
    return { user: `${role}${1 + (signIns % numbers[role])}`, from: `127.0.${1 + (Math.floor(signIns / 250) % 250)}.${1 + (signIns % 250)}` };
  }

  async function comeIn(role: Role, { user, from } = next(role)): Promise<Person & { readonly user: string }> {
    const { cookie, status, text } = await server.signIn(user, undefined, { from });
    expect([status, text]).toEqual([303, '']);
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    return {
      user,
      get: (path) => server.ask(path, { cookie }),
      post: (path, body) =>
        server.ask(path, {
          cookie,
          method: 'POST',
          headers: { origin: server.origin, 'x-longplay-token': token },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
    };
  }

  const annaGets =
    (path: () => string): Deed =>
    async () => {
      const anna = await comeIn('anna');
      return () => anna.get(path());
    };
  const annaPosts =
    (path: () => string, body: () => unknown): Deed =>
    async () => {
      const anna = await comeIn('anna');
      return () => anna.post(path(), body());
    };
  const outside =
    (path: string): Deed =>
    async () =>
    () =>
      server.ask(path);
  const id = (): string => ids[0] ?? '';
  let mails = 0;
  const wish = (): string => `/api/export/requests?take=original`;
  /** A request that waits for a second person; an open one is refused first. */
  async function asked(): Promise<string> {
    const [anna, bert] = [await comeIn('anna'), await comeIn('bert')];
    await refuseOpen(bert);
    const answer = await anna.post(wish(), { reason: 'Order 17' });
    expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
    return (JSON.parse(answer.text) as { request: string }).request;
  }
  async function refuseOpen(bert: Person): Promise<void> {
    const { others } = JSON.parse((await bert.get('/api/export/requests')).text) as { others: { id: string; state: string }[] };
    for (const one of others) await bert.post(`/api/export/requests/${one.id}/decide`, { allow: false });
  }

  const ways: Readonly<Record<RouteName, Way>> = {
    health: { reads: outside('/health') },
    'sign-in': { reads: outside('/sign-in') },
    'sign-in-try': {
      writes: async () => {
        const { user, from } = next('anna');
        return () => server.signIn(user, undefined, { from });
      },
    },
    'sign-in.css': { reads: outside('/sign-in.css') },
    'sign-in.js': { reads: outside('/sign-in.js') },
    'sign-in-openid': 'leads to the provider; nothing of the archive is asked',
    'sign-in-openid-back': 'begins a session by the same `admit` as sign-in-try',
    enter: 'begins a session by the same `admit` as sign-in-try',
    icon: { reads: outside('/favicon.ico') },
    page: { reads: annaGets(() => '/') },
    'page.js': { reads: annaGets(() => '/page.js') },
    'page.css': { reads: annaGets(() => '/page.css') },
    // The session is over, whatever the log says.
    'sign-out': {
      writes: annaPosts(
        () => '/sign-out',
        () => ({}),
      ),
      again: [204, 401],
    },
    session: { reads: annaGets(() => '/api/session') },
    overview: { reads: annaGets(() => '/api/overview') },
    search: { writes: annaGets(() => '/api/search') },
    tags: { reads: annaGets(() => '/api/tags') },
    detail: { writes: annaGets(() => `/api/recordings/${id()}`) },
    'note-add': {
      writes: annaPosts(
        () => `/api/recordings/${id()}/notes`,
        () => ({ kind: 'note', text: 'Price named' }),
      ),
    },
    'note-withdraw': {
      writes: async () => {
        const anna = await comeIn('anna');
        const { notes } = JSON.parse((await anna.post(`/api/recordings/${id()}/notes`, { kind: 'tag', text: 'price' })).text) as {
          notes: { id: string }[];
        };
        return () => anna.post(`/api/recordings/${id()}/notes/${notes.at(-1)?.id}/withdraw`, { reason: 'of another call' });
      },
      again: [200, 400, 409],
    },
    'export-choose': {
      reads: annaPosts(
        () => '/api/export/selection',
        () => ({ recordings: ids.slice(0, 2) }),
      ),
    },
    export: { writes: annaGets(() => `/api/export.zip?text=${id()}`) },
    'export-requests': { reads: annaGets(() => '/api/export/requests') },
    'export-ask': {
      writes: async () => {
        const anna = await comeIn('anna');
        await refuseOpen(await comeIn('bert'));
        return () => anna.post(wish(), { reason: 'Order 17' });
      },
      again: [201, 409],
    },
    'export-decide': {
      writes: async () => {
        const request = await asked();
        const bert = await comeIn('bert');
        return () => bert.post(`/api/export/requests/${request}/decide`, { allow: false });
      },
      again: [200, 409],
    },
    'export-withdraw': {
      writes: async () => {
        const [anna, bert] = [await comeIn('anna'), await comeIn('bert')];
        await refuseOpen(bert);
        const { request } = JSON.parse((await anna.post(wish(), { reason: 'Order 17' })).text) as { request: string };
        return () => anna.post(`/api/export/requests/${request}/withdraw`, {});
      },
      again: [200, 404, 409],
    },
    cases: { writes: annaGets(() => '/api/cases') },
    'case-new': {
      writes: annaPosts(
        () => '/api/cases',
        () => ({ title: 'Deal 4712' }),
      ),
    },
    case: { writes: annaGets(() => `/api/cases/${caseId}`) },
    'case-add': {
      writes: async () => {
        const anna = await comeIn('anna');
        await anna.post(`/api/cases/${caseId}/remove`, { recordings: [id()], reason: 'anew' });
        return () => anna.post(`/api/cases/${caseId}/add`, { recordings: [id()] });
      },
    },
    'case-messages': {
      writes: async () => {
        const anna = await comeIn('anna');
        const number = ++mails;
        const mail = `From: a@example.org\r\nDate: Sun, 26 Oct 2025 10:00:00 +0000\r\nMessage-ID: <${number}@example.org>\r\nSubject: ${number}\r\n\r\nDone.\r\n`;
        return () => anna.post(`/api/cases/${caseId}/messages?name=${number}.eml`, mail);
      },
    },
    'case-decide': {
      writes: async () => {
        const anna = await comeIn('anna');
        await anna.post(`/api/cases/${aboutId}/add`, { recordings: [id()] });
        return () => anna.post(`/api/cases/${aboutId}/decide`, { recording: id(), decision: 'is-not', reason: 'another voice' });
      },
    },
    'case-remove': {
      writes: async () => {
        const anna = await comeIn('anna');
        await anna.post(`/api/cases/${caseId}/add`, { recordings: [id()] });
        return () => anna.post(`/api/cases/${caseId}/remove`, { recordings: [id()], reason: 'of another deal' });
      },
    },
    'case-export': { writes: annaGets(() => `/api/cases/${caseId}/export.zip`) },
    'case-export-ask': 'asks by the same `askForSecond` as export-ask',
    'my-sessions': { reads: annaGets(() => '/api/my/sessions') },
    'my-sessions-end': {
      writes: async () => {
        const person = next('anna');
        const anna = await comeIn('anna', person);
        await comeIn('anna', person);
        return () => anna.post('/api/my/sessions/end', 'others=yes');
      },
      // The sessions are over, whatever the log says.
      again: [200, 404],
    },
    sessions: {
      reads: async () => {
        const eva = await comeIn('eva');
        return () => eva.get('/api/sessions');
      },
    },
    'sessions-end': {
      writes: async () => {
        const [eva, bert] = [await comeIn('eva'), await comeIn('bert')];
        return () => eva.post('/api/sessions/end', `user=${bert.user}`);
      },
      again: [200, 404],
    },
    proof: { writes: annaGets(() => `/files/${id()}/proof.tlog-proof`) },
    span: { writes: annaGets(() => `/files/${id()}/access-1.opus/span.wav?from=0&to=200`) },
    file: { writes: annaGets(() => `/files/${id()}/access-1.opus`) },
  };

  test('has no route that is not tried here', () => {
    expect(Object.keys(ways).sort()).toEqual(Object.keys(routes).sort());
  });

  /** The effect of a request; an interrupted answer has the status 0. */
  async function struck(
    ask: () => Promise<Answer>,
    strike?: Strike,
    copies?: Parameters<TrapControl['next']>[1],
  ): Promise<{ readonly status: number; readonly calls: readonly Call[] }> {
    control.next(strike, copies);
    const status = await ask().then(
      (answer) => answer.status,
      () => 0,
    );
    const calls = control.calls();
    control.next();
    return { status, calls };
  }

  const readers = Object.entries(ways).flatMap(([name, way]) => (typeof way === 'object' && 'reads' in way ? [[name, way.reads] as const] : []));
  /** Every few seconds the server reads new log entries of other runs, and holds the lock of the log meanwhile. */
  const isOfLock = ({ path }: Call): boolean => /\/archive\/log(?:\/\.lock(?:\.[0-9a-f-]{36}\.alive)?|\/\.longplay-tmp-[0-9a-f-]{36})?$/.test(path);

  it.each(readers)('writes nothing for %s', async (_name, deed) => {
    const { status, calls } = await struck(await deed());
    expect([status, calls.filter((call) => !isOfLock(call))]).toEqual([expect.toBeOneOf([200, 204]), []]);
  });

  const writers = Object.entries(ways).flatMap(([name, way]) => (typeof way === 'object' && 'writes' in way ? [[name, way] as const] : []));
  const refusals = ['EIO', 'ENOSPC', 'EROFS', 'EACCES', 'EMFILE'] as const;

  /** The archive of a copy of the world is valid, and its log is valid and is continued by the next action. */
  async function* faultsOf(world: string): AsyncGenerator<string> {
    const archive = join(world, 'archive');
    const run = (...args: string[]) => runHere(args, join(world, 'keys'), { LONGPLAY_TMPDIR: rig.path('tmp') });
    if (JSON.stringify(fingerprint(join(archive, 'bags'))) !== JSON.stringify(bags)) yield 'the bags are not as they were';
    // A verification also checks the log. The long form verifies before anything is added, too.
    for (const args of [
      ...(everything ? [['verify', archive, '-j', '1']] : []),
      ['note', 'add', archive, id(), 'later'],
      ['verify', archive, '-j', '1'],
    ]) {
      const { code, out, err } = await run(...args);
      if (code !== 0) yield `${args[0]} ended with ${code}: ${out}${err}`;
    }
  }

  it.each(writers.map(([name, way], turn) => [name, way, turn] as const))(
    'refused or killed while it answers %s hands out nothing that is not logged, raises no false alarm, and answers the next request',
    async (name, { writes, again }, turn) => {
      const found: string[] = [];
      const first = await struck(await writes());
      const well = again?.[0] === undefined ? first.status : again[0];
      expect([first.status, first.calls.length > 0]).toEqual([expect.toBeOneOf([200, 201, 204, 303]), true]);
      const all = upTo(first.calls.length);
      const writing = first.calls.flatMap(({ kind, number }) => (kind === 'write' || kind === 'pwrite' ? [number] : []));

      // In the short form every third route is killed, and the others are only refused: all log their actions by the same few steps.
      if (everything || turn % 3 === 0) {
        const to = join(states, name);
        await struck(
          await writes(),
          {},
          { from: rig.path('world'), to, before: spread(all.slice(turn % 4), 1), torn: spread(writing, turn % 2 === 0 || everything ? 1 : 0) },
        );
        ended.push(to);
      }

      const strikes: Strike[] = everything
        ? refusals.flatMap((act) => all.map((at) => ({ at, act })))
        : [{ at: all[(turn * 11) % all.length] ?? 1, act: refusals[turn % refusals.length] ?? 'EIO', every: turn % 2 === 0 }];
      for (const strike of strikes) {
        const ask = await writes();
        const call = first.calls[(strike.at ?? 1) - 1];
        const where = `${strike.act} at call ${strike.at} (${call?.kind} ${call?.path.slice(rig.folder.length)})${strike.every === true ? ' and all of its kind' : ''}`;
        const printed = server.printed().length;
        const refused = await struck(ask, strike);
        // 500 would be a bug of the server.
        if (![well, 0, 503].includes(refused.status) || /"bug"|please report|\n +at /.test(server.printed().slice(printed)))
          found.push(`${where}: it answered ${refused.status} and printed ${server.printed().slice(printed)}`);
        const next = await struck(ask);
        if (next.status !== well && again?.includes(next.status) !== true) found.push(`${where}: asked again it answered ${next.status}`);
        if (/\b(?:corrupt|swapped|rolled-back)\b|unexpected failure/.test(server.printed())) found.push(`${where}: it printed ${server.printed()}`);
      }
      expect(found).toEqual([]);
    },
    patience,
  );

  it(
    'killed anywhere and stopped leaves a valid archive',
    async () => {
      const { code, stderr } = await server.stop();
      expect([code, code === 0 ? '' : stderr.slice(-4_000)]).toEqual([0, '']);
      const found: string[] = [];
      for await (const one of faultsOf(rig.path('world'))) found.push(one);
      let last = '';
      for (const folder of ended)
        for (const name of readdirSync(folder)) {
          last = join(folder, name);
          for await (const one of faultsOf(last)) found.push(`${folder.slice(states.length)} killed at ${name}: ${one}`);
        }
      expect(found).toEqual([]);
      // The next server continues from the state that a killed one left.
      control.next();
      server = await start(last);
      const anna = await comeIn('anna');
      expect((await anna.post(`/api/recordings/${id()}/notes`, { kind: 'note', text: 'after' })).status).toBe(200);
      expect((await anna.get(`/files/${id()}/access-1.opus`)).status).toBe(200);
      expect(await server.stop()).toMatchObject({ code: 0 });
      expect(readFileSync(join(last, 'archive/log/checkpoint'), 'utf8').length).toBeGreaterThan(0);
    },
    patience,
  );
});
