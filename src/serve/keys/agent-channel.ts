import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { FromAgent, ToAgent } from './key-request.ts';

/** Connection of a serving process with its key agent. */
export interface AgentChannel {
  send(message: ToAgent): void;
  /** Begins to deliver messages. @param ended called once, when no further message comes */
  start(take: (message: FromAgent) => void, ended: (why: string) => void): void;
  close(): void;
}

/** Longest message in bytes: secrets of the recordings of one request, or a request for them. */
const messageBytes = 64 * 1024 * 1024;

/** Returns the channel to an agent that is a child process. It ends when the channel is closed. */
export function childChannel(child: ChildProcess): AgentChannel {
  let over: (why: string) => void = () => undefined;
  return {
    send: (message) => {
      child.send(message, (error) => {
        if (error !== null) over(error.message);
      });
    },
    start: (take, ended) => {
      over = ended;
      child.on('error', (error) => ended(error.message));
      child.on('exit', (code, killedBy) => ended(killedBy === null ? `exit code ${code}` : killedBy));
      // The child is longplay itself, so its messages have these shapes.
      child.on('message', (message) => take(message as FromAgent));
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}

/** Returns the channel to an agent that runs by itself and was reached by its socket. */
export function socketChannel(socket: Socket): AgentChannel {
  return {
    send: (message) => sendLine(socket, message),
    start: (take, ended) => {
      // Whoever may create the socket is trusted with the keyring, so its messages have these shapes.
      takeLines(socket, (value) => take(value as FromAgent));
      socket.on('error', (error) => ended(error.message));
      socket.on('close', () => ended('the connection was closed'));
    },
    close: () => socket.destroy(),
  };
}

/** Sends a message as one line of JSON. */
export function sendLine(socket: Socket, message: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Reads lines of JSON. A line that is too long, or is not JSON, ends the connection. */
export function takeLines(socket: Socket, take: (value: unknown) => void): void {
  let pieces: Buffer[] = [];
  let bytes = 0;
  socket.on('data', (data: Buffer) => {
    for (let rest = data; rest.length > 0; ) {
      const end = rest.indexOf(0x0a);
      const piece = end < 0 ? rest : rest.subarray(0, end);
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > messageBytes) {
        socket.destroy(new Error('a message is too long'));
        return;
      }
      if (end < 0) return;
      rest = rest.subarray(end + 1);
      const text = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      bytes = 0;
      try {
        take(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        socket.destroy(new Error('a message is not JSON'));
        return;
      }
    }
  });
}
