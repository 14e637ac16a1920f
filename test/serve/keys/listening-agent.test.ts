import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programFor } from '../../cli/for-other-users.ts';
import { asterisk, createSealedRig, recordingFolders } from '../../cli/sealed/sealed-rig.ts';
import { startServer, writeUsersWithRights } from '../rig.ts';

/** Two users that every Debian has; the agent's has no special permissions. */
const users = { agent: 33, server: 13 } as const;

/** Starts a command of longplay as another user. */
type StartsAs = (uid: number, cwd: string, env: Readonly<Record<string, string>>, args: readonly string[]) => ReturnType<typeof spawn>;

/** @param program path of the program that both users can read */
const starting =
  (program: string): StartsAs =>
  (uid, cwd, env, args) =>
    spawn(process.execPath, [program, ...args], { cwd, uid, gid: users.server, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });

test.skipIf(process.getuid?.() !== 0)(
  'a key agent with a user of its own serves a server that can read neither the keyring nor its root; only users who may read the token are accepted',
  async () => {
    await using rig = await createSealedRig();
    const imported = await rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables');
    expect(imported.code, imported.stderr).toBe(0);
    const run = rig.path('run');
    for (const name of ['run', 'agent-home', 'server-home']) mkdirSync(rig.path(name));
    execFileSync('chown', ['-R', `${users.agent}:${users.server}`, run, rig.path('agent-home'), rig.keyring, rig.path('keyring-copy')]);
    execFileSync('chown', ['-R', `${users.server}:${users.server}`, rig.path('archive'), rig.path('server-home'), rig.keys]);
    execFileSync('chmod', ['-R', 'u+rwX,g+rX,o-rwx', rig.path('archive')]);
    for (const folder of [rig.keyring, rig.path('keyring-copy')]) execFileSync('chmod', ['-R', 'go-rwx', folder]);
    chmodSync(rig.folder, 0o755);
    const as = starting(programFor({ uid: users.agent, gid: users.server }, rig.folder));
    const socket = join(run, 'agent');
    const agentEnv = { LONGPLAY_KEYS: rig.path('agent-home/keys'), LONGPLAY_TMPDIR: rig.path('agent-home') };

    // In a folder that others may write the socket could be exchanged.
    chmodSync(run, 0o770);
    const refused = as(users.agent, rig.folder, agentEnv, ['keyring', 'agent', 'archive', '--keyring', rig.keyring, '--socket', socket]);
    expect(await new Promise((resolve) => refused.on('close', resolve))).toBe(2);
    chmodSync(run, 0o750);
    const listening = async (): Promise<ReturnType<typeof spawn>> => {
      const child = as(users.agent, rig.folder, agentEnv, ['keyring', 'agent', 'archive', '--keyring', rig.keyring, '--socket', socket]);
      let said = '';
      for (const stream of [child.stderr, child.stdout])
        stream?.on('data', (data: Buffer) => {
          said += data.toString('utf8');
        });
      await expect.poll(() => [said, existsSync(socket)]).toEqual([expect.stringContaining('listens on'), true]);
      return child;
    };
    // A killed one leaves its socket and its token; the next one creates new ones.
    const killed = await listening();
    const before = readFileSync(`${socket}.token`, 'utf8');
    killed.kill('SIGKILL');
    await new Promise((resolve) => killed.on('close', resolve));
    expect(readdirSync(run).sort()).toEqual(['agent', 'agent.token']);
    const agent = await listening();
    expect(readFileSync(`${socket}.token`, 'utf8')).not.toBe(before);
    expect([socket, `${socket}.token`].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['660', '640']);

    const usersFile = writeUsersWithRights(rig, { all: ['listen', 'export'] });
    chownSync(usersFile, users.server, users.server);
    const serverEnv = { LONGPLAY_KEYRING: rig.keyring, LONGPLAY_TMPDIR: rig.path('server-home'), HOME: rig.path('server-home') };
    {
      await using server = await startServer(rig, ['--users', usersFile, '--key-agent', socket], serverEnv, process.execPath, users.server);
      expect(readFileSync(`/proc/${server.child.pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\t${users.server}\\t`, 'm'));
      // As that user, the keyring is closed.
      const closed = as(users.server, rig.folder, serverEnv, ['verify', 'archive', '--play']);
      let refusal = '';
      closed.stderr?.on('data', (data: Buffer) => {
        refusal += data.toString('utf8');
      });
      expect(await new Promise((resolve) => closed.on('close', resolve))).toBe(5);
      expect(refusal).toContain('K104');
      const { cookie } = await server.signIn('all');
      const folder = recordingFolders(rig.path('archive')).find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
      const id = folder.split('/').at(-1) ?? '';
      const sound = await server.ask(`/files/${id}/access-1.opus`, { cookie });
      expect([sound.status, sound.body.subarray(0, 4).toString('latin1')]).toEqual([200, 'OggS']);
      const cases = await server.ask('/api/cases', { cookie });
      expect([cases.status, cases.text]).toEqual([200, expect.stringContaining('"cases":[]')]);
      expect(server.printed()).not.toContain('runs as the user of this server');

      // `doctor` reports that the agent's own user is also that of the server.
      const doctor = as(users.agent, rig.folder, { ...agentEnv, LONGPLAY_KEYRING: rig.keyring, LONGPLAY_KEY_AGENT: socket }, [
        'doctor',
        'archive',
        '--json',
      ]);
      let examined = '';
      doctor.stdout?.on('data', (data: Buffer) => {
        examined += data.toString('utf8');
      });
      await new Promise((resolve) => doctor.on('close', resolve));
      expect(examined).toContain('K221');
      const other = await rig.run(['doctor', 'archive', '--json'], { env: { LONGPLAY_KEYRING: rig.keyring, LONGPLAY_KEY_AGENT: socket } });
      expect(other.stdout).not.toContain('K221');

      // A client of the socket without the token is disconnected.
      const answered = await new Promise<string>((resolve) => {
        const client = connect(socket);
        let text = '';
        client.on('data', (data) => {
          text += data.toString('utf8');
        });
        client.on('close', () => resolve(text));
        client.write(`${JSON.stringify({ token: 'x'.repeat(64) })}\n${JSON.stringify({ start: {} })}\n`);
      });
      expect(answered).toBe('');
      agent.kill('SIGTERM');
      expect(await new Promise((resolve) => agent.on('close', resolve))).toBe(0);
      expect(readdirSync(run)).toEqual([]);
      await expect.poll(() => server.printed()).toContain('K211');
      expect((await server.ask(`/files/${id}/access-1.opus`, { cookie })).status).toBe(503);
    }
    const without = await rig.run(['serve', 'archive', '--port', '0', '--key-agent', socket]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('K220')]);
  },
);
