import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Credentials of every server of the tests. The secret occurs nowhere else, so that a search for it finds a leak. */
export const access = { id: 'LONGPLAYTESTKEY', secret: 'leak-canary-5f2b9c' } as const;

/** An object store, empty at the start, that runs until it is disposed of. */
export interface StoreServer extends AsyncDisposable {
  readonly port: number;
  /** URL of its API. */
  readonly endpoint: string;
  /** Stores objects in a new bucket. */
  fill(bucket: string, objects: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  readonly client: S3Client;
}

/** Returns a port that nothing uses. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Starts a program that ends with the process of the tests, even if that is killed. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { readonly child: ChildProcess; stop(): Promise<void> } {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = (said + data.toString('utf8')).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', (error) => {
    said = String(error);
  });
  return {
    child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        child.kill('SIGKILL');
        await ended;
      }
      if (process.env.TESTS_SERVERS === 'talk') process.stderr.write(said);
    },
  };
}

/** Waits until a server answers requests of HTTP. @throws if its process ends first */
export async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server of ${url} ended`);
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Returns a client, and how it fills buckets. */
function clientOf(endpoint: string): Pick<StoreServer, 'client' | 'fill'> {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: access.id, secretAccessKey: access.secret },
  });
  return {
    client,
    fill: async (bucket, objects) => {
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      for (const [Key, Body] of Object.entries(objects))
        await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: typeof Body === 'string' ? Buffer.from(Body) : Body }));
    },
  };
}

/** Starts moto, a server in Python that follows AWS in most answers. It does not check credentials. */
export async function startMoto(): Promise<StoreServer> {
  const port = await freePort();
  // Debian's program, with Debian's Python: another Python on PATH need not have its modules.
  const { child, stop } = startProgram('/usr/bin/python3', ['/usr/bin/moto_server', '-H', '127.0.0.1', '-p', String(port)]);
  await untilItAnswers(endpointOf(port), child);
  return serverAt(port, stop);
}

/** Returns a server that answers already. @param stop stops it */
export function serverAt(port: number, stop: () => Promise<void>): StoreServer {
  const endpoint = endpointOf(port);
  const { client, fill } = clientOf(endpoint);
  return {
    port,
    endpoint,
    client,
    fill,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await stop();
    },
  };
}

function endpointOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Sets the variables of the AWS tools for this process and those that it starts, so that nothing of this machine counts. */
export function useTestCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: access.id,
    AWS_SECRET_ACCESS_KEY: access.secret,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}
