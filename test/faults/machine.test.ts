import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, passwordLine, type Server, startServer, writeUsersFile } from '../serve/rig.ts';
import { createMounts, unmountable } from './mounts.ts';
import { patience } from './trials.ts';
import { createWorld, entriesIn, logOf, sample, type World } from './world.ts';

// Faults of the machine while longplay runs: the disk of the bags vanishes, the keys become read-only.

const reason = unmountable();

describe.skipIf(reason !== null)(`a machine${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let world: World;
  const mounts = createMounts();

  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => {
    mounts.end();
    await world?.[Symbol.asyncDispose]();
  });

  /** No log entry reports a fault of the archive. */
  async function blames(at: string): Promise<readonly string[]> {
    return (await logOf(at)).flatMap(({ type, detail }) =>
      detail.verdict === 'faults' || Number(detail.errors ?? 0) > Number(detail.unreachable ?? 0) ? [`${type} ${JSON.stringify(detail)}`] : [],
    );
  }

  interface Served extends AsyncDisposable {
    readonly server: Server;
    get(path: string): Promise<Answer>;
    note(): Promise<Answer>;
  }
  async function serve(at: string): Promise<Served> {
    const rig = { ...world.rig, folder: at, keys: join(at, 'keys') };
    const users = `[users.anna]\npassword = "${passwordLine()}"\nrole = "keepers"\n[roles.keepers]\nrights = ["listen", "export", "annotate"]`;
    const file = writeUsersFile(world.rig, 'users.toml', users);
    const server = await startServer(rig, ['--users', file], world.env(at));
    const { cookie } = await server.signIn('anna');
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { token: string };
    const headers = { origin: server.origin, 'x-longplay-token': token };
    return {
      server,
      get: (path) => server.ask(path, { cookie }),
      note: () =>
        server.ask(`/api/recordings/${world.known.recordings[0]}/notes`, { cookie, method: 'POST', headers, body: '{"kind":"note","text":"now"}' }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }

  it(
    'whose disk of bags vanishes while `serve` runs: sound is refused and nothing is reported against the archive, texts and notes continue, and with the disk everything is back',
    async () => {
      const at = world.copy();
      const bags = join(at, 'archive/bags');
      renameSync(bags, join(at, 'kept'));
      mounts.at(bags, '64m');
      cpSync(join(at, 'kept'), bags, { recursive: true, preserveTimestamps: true });
      await using served = await serve(at);
      const [first, second] = world.known.recordings;
      const sounds = [`/files/${second}/access-1.opus`, `/files/${second}/access-1.opus/span.wav?from=0&to=200`, `/files/${second}/proof.tlog-proof`];
      const exports = [`/api/export.zip?text=${second}`, `/api/cases/${world.known.case}/export.zip`];
      expect((await served.get(`/files/${first}/access-1.opus`)).status).toBe(200);
      // As if a cable is pulled: open files stay open for the process, and the folder is empty.
      execFileSync('umount', ['-l', bags]);
      for (const path of sounds) expect([path, (await served.get(path)).status]).toEqual([path, 503]);
      for (const path of exports) {
        const answer = await served.get(path).catch((error: unknown) => error);
        // A zip whose files cannot be read is refused or cut off; it never ends as if it were complete.
        if (answer instanceof Error) continue;
        const { status, body } = answer as Answer;
        writeFileSync(join(at, 'answer.zip'), body);
        const { stdout } = spawnSync('unzip', ['-l', 'answer.zip'], { cwd: at, encoding: 'utf8' });
        expect([path, status === 503 || !stdout.includes('access-1.opus')]).toEqual([path, true]);
      }
      expect((await served.get('/api/search')).status).toBe(200);
      expect((await served.note()).status).toBe(200);
      expect(served.server.printed()).toMatch(/A102 archive unreachable/);
      expect(readdirSync(bags)).toEqual([]);
      // A simultaneous verification reports whose fault it is.
      const verified = await world.run(at, ['verify', join(at, 'archive'), '-j', '1']);
      expect([verified.code, verified.out + verified.err]).toEqual([5, expect.not.stringMatching(/\b(?:corrupt|missing)\b/)]);
      mounts.at(bags, '64m');
      cpSync(join(at, 'kept'), bags, { recursive: true, preserveTimestamps: true });
      for (const path of [...sounds, ...exports]) expect([path, (await served.get(path)).status]).toEqual([path, 200]);
      expect((await served.server.stop()).code).toBe(0);
      expect(await blames(at)).toEqual([]);
      expect((await world.run(at, ['verify', join(at, 'archive'), '-j', '1'])).code).toBe(0);
    },
    patience,
  );

  it(
    'whose folder of keys becomes read-only: `serve` hands out nothing that is not logged, commands end with 5 or work without, and nothing is reported against the archive',
    async () => {
      const at = world.copy();
      const keys = join(at, 'keys');
      await using served = await serve(at);
      const [first, second] = world.known.recordings;
      expect((await served.get(`/files/${first}/access-1.opus`)).status).toBe(200);
      mounts.bind(keys, true);
      const before = (await entriesIn(at)).length;
      const statuses = [await served.get(`/files/${second}/access-1.opus`), await served.note()].map(({ status }) => status);
      const after = (await entriesIn(at)).length;
      for (const status of statuses) expect([200, 503]).toContain(status);
      // Everything handed out is logged.
      expect(after - before).toBeGreaterThanOrEqual(statuses.filter((status) => status === 200).length);
      const wrong: string[] = [];
      for (const args of [
        ['verify', join(at, 'archive'), '-j', '1'],
        ['log', 'verify', join(at, 'archive')],
        ['note', 'add', join(at, 'archive'), first, 'while it may only be read'],
        ['import', sample, '--into', join(at, 'archive'), '--zone', 'Europe/Stockholm', '-j', '1', '--open'],
        ['log', 'key', join(at, 'archive'), '--yes'],
        ['report', join(at, 'archive')],
      ]) {
        const { code, out, err } = await world.run(at, args);
        if (![0, 5].includes(code) || /\b(?:corrupt|missing|rolled-back)\b|unexpected failure/.test(out + err))
          wrong.push(`${args[0]} ${args[1]} ended with ${code}: ${out}${err}`);
      }
      expect(wrong).toEqual([]);
      mounts.end();
      expect((await served.get(`/files/${second}/access-1.opus`)).status).toBe(200);
      expect((await served.note()).status).toBe(200);
      expect((await served.server.stop()).code).toBe(0);
      expect(await blames(at)).toEqual([]);
      for (const args of [
        ['verify', '-j', '1'],
        ['log', 'verify'],
      ]) {
        const [command = '', ...rest] = args;
        const { code, out, err } = await world.run(
          at,
          command === 'log' ? ['log', 'verify', join(at, 'archive')] : [command, join(at, 'archive'), ...rest],
        );
        expect([args, code, code === 0 ? '' : out + err]).toEqual([args, 0, '']);
      }
    },
    patience,
  );
});
