import { type ChildProcess, spawn } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { programFor } from '../cli/for-other-users.ts';
import { cli, createRig, type Rig, root } from '../cli/rig.ts';

/** The password of every user of these tests. */
export const password = 'correct horse';

/** Two exports in one archive: of an exchange (site `pbx`) and of a contact centre with agents 4711 and 4712 (site `contact-centre`). */
export async function createArchive(): Promise<Rig> {
  const rig = createRig();
  const imports = [
    ['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm', '--join-sides', '--site', 'pbx'],
    ['import', join(root, 'samples/sidecar-xml'), '--into', 'archive', '--site', 'contact-centre'],
  ];
  for (const args of imports) {
    const { code, stderr } = await rig.run(args);
    if (code !== 0 && code !== 3) throw new Error(stderr);
  }
  return rig;
}

/** The line of a users file for a password; the default one if none is given. */
export function passwordLine(text = password): string {
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  const salt = Buffer.alloc(16, 7);
  // The cheapest accepted parameters: the cost of the default is tested separately.
  return `$scrypt$ln=14,r=8,p=1$${base64(salt)}$${base64(scryptSync(text, salt, 32, { N: 2 ** 14 }))}`;
}

/** A users file with one user for each set of permissions, each with a role of the same name. */
export function writeUsersWithRights(rig: Rig, sets: Readonly<Record<string, readonly string[]>>): string {
  const line = passwordLine();
  const text = Object.entries(sets).map(
    ([name, rights]) => `[users.${name}]\npassword = "${line}"\nrole = "${name}"\n[roles.${name}]\nrights = ${JSON.stringify(rights)}`,
  );
  return writeUsersFile(rig, 'rights.toml', text.join('\n'));
}

export function writeUsersFile(rig: Rig, name: string, text: string): string {
  const file = rig.path(name);
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  return file;
}

/** A users file with one user for each of the roles below. */
export function writeUsers(rig: Rig): string {
  const line = passwordLine();
  const user = (name: string, role: string, more = '') => `[users.${name}]\npassword = "${line}"\nrole = "${role}"\n${more}\n`;
  const text = [
    user('anna', 'compliance'),
    user('bo', 'desk'),
    user('cilla', 'agents', 'agent = "4712"'),
    user('david', 'retail'),
    user('eva', 'admin'),
    '[roles.compliance]\nrights = ["listen", "export", "annotate"]',
    '[roles.admin]\nrights = ["listen", "administer"]\n[roles.admin.only]\nsite = ["nowhere"]',
    '[roles.desk]\nrights = ["listen", "annotate"]\n[roles.desk.only]\nsite = ["contact-centre"]',
    '[roles.agents]\nrights = ["listen", "export"]\n[roles.agents.only]\nown = true',
    '[roles.retail]\nrights = ["listen", "export"]\n[roles.retail.only]\norg = ["accountcode=retail", "queue=600"]\nfrom = "2025"',
  ].join('\n');
  return writeUsersFile(rig, 'users.toml', text);
}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** A request. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly cookie?: string;
  /** Source address of the request on this machine. */
  readonly from?: string;
}

/** A server that runs as in production. */
export interface Server extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly port: number;
  readonly host: string;
  readonly origin: string;
  /** All its output. */
  readonly printed: () => string;
  ask(path: string, question?: Question): Promise<Answer>;
  /** Sends raw bytes; returns everything received until the other side closed. */
  raw(text: string): Promise<string>;
  /** Signs in with the password. @param more source address, and cookies that the browser has @returns the cookie */
  signIn(user: string, given?: string, more?: Pick<Question, 'from' | 'cookie'>): Promise<Answer & { readonly cookie: string }>;
  /** Stops it. @returns its exit code and all its output */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly stderr: string; readonly stdout: string }>;
}

/** Starts it on a free port. @param program another Node.js than that of the tests @param uid user to run as; default: that of the tests */
export async function startServer(
  rig: Rig,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = process.execPath,
  uid?: number,
): Promise<Server> {
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(program, [uid === undefined ? cli : programFor(user, rig.folder), 'serve', 'archive', '--port', '0', ...args], {
    cwd: rig.folder,
    env: { ...process.env, LONGPLAY_KEYS: rig.keys, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let [stderr, stdout] = ['', ''];
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString('utf8');
      const found = /listening on \S+ port (\d+)/.exec(stderr);
      if (found !== null) resolve(Number(found[1]));
    });
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString('utf8');
      const found = /listening on \S+ port (\d+)/.exec(stdout);
      if (found !== null) resolve(Number(found[1]));
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}:\n${stderr}${stdout}`)));
  });
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  const server: Server = {
    child,
    port,
    host,
    origin,
    printed: () => stderr + stdout,
    ask: (path, { method = 'GET', headers = {}, body, cookie, from } = {}) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            host: '127.0.0.1',
            localAddress: from,
            port,
            path,
            method,
            agent: false,
            headers: { ...(cookie === undefined ? {} : { cookie }), ...headers },
          },
          (response) => {
            const pieces: Buffer[] = [];
            response.on('data', (piece: Buffer) => pieces.push(piece));
            response.on('error', reject);
            response.on('end', () => {
              const all = Buffer.concat(pieces);
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all, text: all.toString('utf8') });
            });
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    raw: (text) =>
      new Promise((resolve) => {
        let got = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.on('data', (data: Buffer) => (got += data.toString('latin1')));
        // A cut-off answer counts, too.
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(got));
      }),
    signIn: async (user, given = password, { from, cookie } = {}) => {
      const page = await server.ask('/sign-in', { from, cookie });
      const token = /name="token" value="([\w-]+)"/.exec(page.text)?.[1] ?? '';
      const answer = await server.ask('/sign-in', {
        method: 'POST',
        from,
        cookie: [cookieOf(page), ...(cookie === undefined ? [] : [cookie])].join('; '),
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ user, password: given, token }).toString(),
      });
      return { ...answer, cookie: answer.status === 303 ? cookieOf(answer) : '' };
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const code = await ended;
      return { code, stderr, stdout };
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
  return server;
}

/** Returns `name=value` of the cookie that an answer sets. */
export function cookieOf(answer: Answer): string {
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** Returns the entries of the log, oldest first. */
export async function entriesOf(rig: Rig): Promise<ServedEntry[]> {
  const { lines } = await rig.json(['log', 'list', 'archive']);
  return lines.flatMap((line) => {
    if (line.of !== 'entry') return [];
    // The shape of an entry, as `log list` prints it.
    const { time, type, detail, details = {} } = line.value as Pick<ServedEntry, 'time' | 'type' | 'detail'> & Partial<Pick<ServedEntry, 'details'>>;
    const { who, detailsSha256, ...rest } = detail;
    const isKnown = typeof who === 'string' && typeof detailsSha256 === 'string' && details.user !== undefined;
    return [{ time, type, detail: isKnown ? { ...rest, user: details.user } : rest, details, logged: detail }];
  });
}

/** An entry of the log. */
export interface ServedEntry {
  readonly time: string;
  readonly type: string;
  /** Its content, and the user in its details; without pseudonym and digest. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Its details beside the log. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Its content in the log itself. */
  readonly logged: Readonly<Record<string, unknown>>;
}

/** Recordings as `list` finds them. */
export async function recordingsOf(
  rig: Rig,
  ...args: string[]
): Promise<{ readonly recordingId: string; readonly bag: string; readonly copies: number }[]> {
  const { lines } = await rig.json(['list', 'archive', ...args]);
  return lines.flatMap((line) => (line.of === 'recording' ? [line.value as { recordingId: string; bag: string; copies: number }] : []));
}

/** Returns the bytes of a file of a recording. */
export function storedBytes(rig: Rig, bag: string, id: string, name: string): Buffer {
  return readFileSync(rig.path('archive/bags', bag, 'data', id, name));
}
