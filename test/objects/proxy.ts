import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that passed the proxy. */
export interface Passed {
  readonly method: string;
  /** Bucket and key as sent, without the first `/`. */
  readonly path: string;
  readonly isList: boolean;
  /** First and last byte that were requested; null: no range. */
  readonly range: readonly [number, number] | null;
}

/** Answers a request in place of the server, or changes its answer. @returns true if it answered */
export type Fault = (passed: Passed, request: IncomingMessage, response: ServerResponse) => boolean;

/** A proxy in front of an object store: it counts requests, and causes faults that no server causes on demand. */
export interface StoreProxy extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: Passed[];
  /** Requests for objects whose key ends with a text. */
  reads(ending?: string): Passed[];
  lists(): Passed[];
  /** Is asked about each request from now on. */
  fault: Fault | null;
}

/** Starts a proxy. @param port of the server behind it */
export async function startProxy(port: number): Promise<StoreProxy> {
  const requests: Passed[] = [];
  let fault: Fault | null = null;
  const server = createServer((request, response) => {
    const url = new URL(`http://proxy${request.url?.replace(/^\/+/, '/') ?? '/'}`);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const passed: Passed = {
      method: request.method ?? '',
      path: decodeURIComponent((request.url ?? '').split('?')[0]?.slice(1) ?? ''),
      isList: url.searchParams.has('list-type'),
      range: first === undefined ? null : [Number(first), Number(last)],
    };
    requests.push(passed);
    if (fault?.(passed, request, response) === true) return;
    const onward = send({ host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo; // it listens on a port
  return {
    endpoint: `http://127.0.0.1:${own}`,
    requests,
    reads: (ending = '') => requests.filter(({ method, isList, path }) => method === 'GET' && !isList && path.endsWith(ending)),
    lists: () => requests.filter(({ isList }) => isList),
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
