import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { LongplayError, systemText } from '../../core/base/error.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { sameSecret } from '../accounts/session.ts';
import { type AgentChannel, sendLine, socketChannel, takeLines } from './agent-channel.ts';
import { createAgentSession } from './agent-session.ts';
import { openKeyAgent } from './key-agent.ts';
import type { AgentStart, ToAgent } from './key-request.ts';

/** First message of a serving process. */
interface Hello {
  readonly token: string;
}

/** Ending of the file beside the socket that has the token: whoever may read it may connect. */
const tokenEnding = '.token';

/**
 * Runs a key agent that serving processes of another user reach by a socket. Socket and token have the rights 0660 and 0640, and the group of the folder or of
 * the process. Each connection has an agent of its own, to which entries from before it count for nothing.
 * @param start archive, and the agent's own folders; what a serving process names is ignored
 * @returns number of connections @throws LongplayError usage K220
 */
export async function* listenAsAgent(socket: string, start: AgentStart, signal: AbortSignal): AsyncGenerator<PipelineEvent, number> {
  refuseOpenFolder(dirname(socket));
  const token = randomBytes(32).toString('hex');
  rmSync(socket, { force: true });
  rmSync(socket + tokenEnding, { force: true });
  writeFileSync(socket + tokenEnding, `${token}\n`, { mode: 0o640, flag: 'wx' });
  chmodSync(socket + tokenEnding, 0o640);
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    open.add(client);
    client.on('close', () => open.delete(client));
    // The other side has gone: its agent is garbage.
    client.on('error', () => undefined);
    const take = createAgentSession(
      (_start, tell) => openKeyAgent(start, tell, signal),
      (message) => sendLine(client, message),
    );
    let isAdmitted = false;
    takeLines(client, (value) => {
      if (isAdmitted)
        void take(value as ToAgent); // compared with the log by the agent
      else if (isHello(value) && sameSecret(value.token, token)) isAdmitted = true;
      else client.destroy();
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    }).catch((error: unknown) => Promise.reject(unusable(`${socket} cannot be created: ${systemText(error)}`)));
    chmodSync(socket, 0o660);
    yield { type: 'notice', message: `the key agent of ${start.archiveDir} listens on ${socket}` };
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return connections;
  } finally {
    for (const client of open) client.destroy();
    server.close();
    rmSync(socket, { force: true });
    rmSync(socket + tokenEnding, { force: true });
  }
}

function isHello(value: unknown): value is Hello {
  return typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string';
}

/** Refuses a folder in which others could exchange the socket, or reach it. @throws LongplayError usage K220 */
function refuseOpenFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) throw unusable(`${folder} is not a folder`);
  if ((found.mode & 0o027) !== 0)
    throw unusable(`${folder} has mode ${(found.mode & 0o777).toString(8)}, so its group can write to it, or other users can enter it`);
  if (process.getuid !== undefined && found.uid !== process.getuid() && found.uid !== 0) throw unusable(`${folder} belongs to another user`);
}

/** Connects to a key agent. @returns its channel, and whether it runs as the user of this process @throws LongplayError usage K220 */
export async function connectToAgent(socket: string): Promise<{ readonly channel: AgentChannel; readonly isSameUser: boolean }> {
  let token: string;
  let uid: number;
  try {
    token = readFileSync(socket + tokenEnding, 'utf8').trim();
    ({ uid } = lstatSync(socket));
  } catch (error) {
    throw unusable(`${socket} cannot be used: ${systemText(error)}`);
  }
  const client = connect(socket);
  await new Promise<void>((resolve, reject) => {
    client.once('error', reject);
    client.once('connect', resolve);
  }).catch((error: unknown) => Promise.reject(unusable(`${socket} does not answer: ${systemText(error)}`)));
  const hello: Hello = { token };
  sendLine(client, hello);
  return { channel: socketChannel(client), isSameUser: uid === process.getuid?.() };
}

function unusable(why: string): LongplayError {
  return new LongplayError('usage', 'K220', why, 'docs/how-to/sealed-archives.md describes how to run the agent as a separate user');
}
