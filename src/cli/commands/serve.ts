import { fork } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DecodeCopy } from '../../cases/mask/muted-copy.ts';
import type { MessagesTask, PrepareMessages } from '../../cases/messages/prepare-messages.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { home } from '../../core/base/home.ts';
import { limits } from '../../core/base/limits.ts';
import { withResult } from '../../core/base/with-result.ts';
import { counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { isLoopback } from '../../serve/accounts/client-address.ts';
import { hashPassword, passwordBytes } from '../../serve/accounts/password-hash.ts';
import { readPageFiles } from '../../serve/answer/page-files.ts';
import type { DecodeOriginal } from '../../serve/answer/server-context.ts';
import { type ServeOutcome, serveArchive } from '../../serve/serve-archive.ts';
import type { Context } from '../machine/context.ts';
import { opusDecoding, toolsLater } from '../machine/decode-opus.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import { peopleFile } from '../options/people-file.ts';
import { peopleOption } from '../options/people-option.ts';
import { usersFile } from '../options/users-file.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { bytes } from '../report/units.ts';

type Options = CommonOptions & {
  host: string;
  port: number;
  users?: string;
  people?: string;
  tlsCert?: string;
  tlsKey?: string;
  trustProxy?: string;
  proxyAddress?: string[];
  trustForwardedFor?: boolean;
  publicUrl?: string;
  plainHttp?: boolean;
  logAddresses?: boolean;
  metrics?: string;
  metricsOpen?: boolean;
  keyAgent?: string;
  hashPassword?: boolean;
};

/** Declares `longplay serve ARCHIVE`. */
export const serveCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('serve')
    .summary('serve the archive to browsers: search, play, export')
    .description('Serves the archive to the browsers of a team: search, play, export. Every action is audited in the log.')
    .argument('[archive]', 'archive folder')
    .optionsGroup('Address:')
    .addOption(option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(option('--port <number>', 'port to listen on; 0: any free port').argParser(integer(0, 65_535)).default(8_080))
    .addOption(option('--public-url <url>', 'address of the server as browsers know it, behind a proxy'))
    .addOption(option('--tls-cert <file>', 'certificate with its chain, PEM'))
    .addOption(option('--tls-key <file>', 'its key, PEM'))
    .addOption(option('--plain-http', 'allow other machines without TLS: passwords and calls are sent unencrypted'))
    .optionsGroup('Metrics:')
    .addOption(option('--metrics <address>', 'also give metrics to Prometheus: http://ADDRESS/metrics; a port of 127.0.0.1, or host:port'))
    .addOption(option('--metrics-open', 'allow other machines to read the metrics, without sign-in'))
    .optionsGroup('Users:')
    .addOption(option('--users <file>', 'users and roles (docs/how-to/serve.md); default: only you, through an address that is printed'))
    .addOption(option('--trust-proxy <header>', 'header in which a proxy names the user'))
    .addOption(option('--proxy-address <address...>', 'addresses of the proxy').default(['127.0.0.1', '::1'], 'this machine'))
    .addOption(option('--trust-forwarded-for', 'take the address of each client from X-Forwarded-For of the proxy'))
    .addOption(option('--log-addresses', 'keep the address of each client in the details of log entries, where it can be erased'))
    .addOption(peopleOption())
    .optionsGroup('Sealed archives:')
    .addOption(
      option('--key-agent <socket>', 'socket of a key agent that runs as a separate user (longplay keyring agent); default: the server starts one'),
    )
    .optionsGroup('Users:')
    .addOption(option('--hash-password', 'read a password from standard input, print its line for the users file'));
  withExamples(
    command,
    'longplay serve /srv/archive',
    'longplay serve --hash-password < password.txt',
    'longplay serve /srv/archive --users users.toml --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem --public-url https://calls.example:8443',
  );
  commonOptions(command).action(async (archive: string | undefined, options: Options) => {
    const pipeline = (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, ServeOutcome | null> =>
      options.hashPassword === true ? hashed(reporter) : served(archive, options, context, stop);
    done(await runCommand(context, { command: 'serve', options, pipeline, ending }, signal));
  });
};

async function* hashed(reporter: Reporter): AsyncGenerator<PipelineEvent, null> {
  const [line = ''] = readFileSync(0, 'utf8').split(/\r?\n/, 1);
  if (line === '' || Buffer.byteLength(line) > passwordBytes)
    throw new LongplayError(
      'usage',
      'U242',
      agree`the password has ${Buffer.byteLength(line)} byte[s]`,
      "pass it as in: printf '%s' PASSWORD | longplay serve --hash-password",
    );
  const password = await hashPassword(line);
  yield { type: 'result', of: 'password', value: { password } };
  reporter.text(`password = "${password}"`);
  return null;
}

/** Prints one line per answer to stderr, where the journal reads it. */
async function* served(
  archive: string | undefined,
  options: Options,
  context: Context,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ServeOutcome> {
  if (archive === undefined) throw new LongplayError('usage', 'U100', 'no archive is named', 'longplay serve ARCHIVE');
  // Its thread starts with the first message file.
  const pool = context.createPool(1, signal);
  const prepareMessages: PrepareMessages = (given, times) => {
    const task: MessagesTask = { kind: 'messages', given, times, scratch: context.temporary };
    return pool.run(task, given.bytes.length);
  };
  const proxies = (options.proxyAddress ?? []).map((text) => proxyAddressOf(text));
  const events = serveArchive(
    {
      archiveDir: resolve(archive),
      forwarders: options.trustForwardedFor === true ? proxies : [],
      address: { host: addressOf(options.host), port: options.port, tls: tlsOf(options) },
      publicUrl: options.publicUrl === undefined ? null : publicUrlOf(options.publicUrl),
      accounts:
        options.users === undefined
          ? null
          : usersFile(resolve(options.users), options.trustProxy === undefined, {
              env: context.env,
              archive: resolve(archive),
              why: noProvider(options),
            }),
      people: options.people === undefined ? null : peopleFile(resolve(options.people)),
      proxy: options.trustProxy === undefined ? null : { header: headerOf(options.trustProxy), addresses: proxies },
      keepsAddresses: options.logAddresses === true,
      plainHttp: options.plainHttp === true,
      keyAgent: options.keyAgent === undefined ? null : resolve(options.keyAgent),
      metrics: options.metrics === undefined ? null : { ...metricsAddress(options.metrics), open: options.metricsOpen === true },
    },
    {
      ...context,
      prepareMessages,
      ...decoding(context),
      mediaTypes: new Map(context.formats.map(({ id, mediaType }) => [id, mediaType])),
      page: readPageFiles(),
      forkKeyAgent: () =>
        fork(fileURLToPath(new URL('dist/lib/agent.js', home)), { env: context.env, stdio: ['inherit', 'ignore', 'inherit', 'ipc'] }),
    },
    signal,
  );
  try {
    const taken = withResult(events);
    for await (const event of taken) {
      yield event;
      if (event.type === 'result' && event.of === 'request') {
        const { method, route, status, bytes: size, ms } = event.value;
        yield { type: 'notice', message: `${method} ${route} ${status} ${size} B ${ms} ms` };
      }
    }
    return taken.result();
  } finally {
    await pool.close();
  }
}

/** Returns decoders that locate libraries and programs when the first part of a recording is requested. */
function decoding(context: Context): { readonly decodeOpus: DecodeCopy; readonly decodeOriginal: DecodeOriginal } {
  const tools = toolsLater(context);
  return {
    decodeOpus: opusDecoding(tools),
    decodeOriginal: async ({ document, medium, file, secret }, take, signal) => {
      const [{ decodeOriginal }, { replayTask }] = await Promise.all([import('../../media/replay.ts'), import('../../media/replay-task.ts')]);
      const own = await tools();
      const { path = '', sizeBytes = 0 } = document.media[medium]?.original ?? {};
      const task = replayTask(document, medium, new Map([[path, { path: file, sizeBytes, ...(secret === null ? {} : { secret }) }]]), own);
      const decoded = task === null ? null : await decodeOriginal(task, own, () => take, signal);
      if (decoded === null || !('why' in decoded)) return;
      const isMissing = decoded.why === 'no FFmpeg';
      throw new LongplayError(
        'incomplete',
        isMissing ? 'M108' : 'M109',
        `${path} of ${document.recordingId} is not decoded: ${decoded.reason}`,
        isMissing ? 'install FFmpeg on the machine of the server' : 'run: longplay verify ARCHIVE --play',
      );
    },
  };
}

/** Returns why an identity provider could not redirect users back to this server; null: it can. */
function noProvider({ trustProxy, publicUrl, host }: Options): string | null {
  if (trustProxy !== undefined) return 'a proxy identifies the users';
  return publicUrl === undefined && !isLoopback(host) ? 'the address that browsers use is unknown: give --public-url' : null;
}

function ending(outcome: ServeOutcome | null): { exitCode: number; facts: Record<string, unknown>; text: string } {
  if (outcome === null) return { exitCode: exitCodes.well, facts: {}, text: '' };
  if (outcome.closed !== null) return { exitCode: exitCodes.integrity, facts: { ...outcome }, text: `Not served: ${outcome.closed}` };
  const refused = Object.values(outcome.refused).reduce((sum, count) => sum + count, 0);
  const text = `Served ${counted(outcome.requests, 'request')}, ${bytes(outcome.bytes)}; ${counted(refused, 'request')} refused.`;
  return { exitCode: outcome.bugs > 0 ? exitCodes.bug : exitCodes.well, facts: { ...outcome }, text };
}

const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

function addressOf(text: string): string {
  if (isIP(text) === 0 && !hostName.test(text)) throw noMeaning('--host', text, 'give an address or a name of this machine');
  return text;
}

/** Parses `8081`, `127.0.0.1:8081` or `[::1]:8081`. */
function metricsAddress(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const isHost = bracketed === undefined ? isIP(host) === 4 || hostName.test(host) : isIP(host) === 6;
  if (digits === '' || port > 65_535 || !isHost)
    throw noMeaning('--metrics', text, 'give a port, or an address of this machine and a port: 127.0.0.1:8081');
  return { host, port };
}

function proxyAddressOf(text: string): string {
  if (isIP(text) === 0) throw noMeaning('--proxy-address', text, 'give the IP address of the proxy');
  return text;
}

/** Parses the name of a header that identifies the user. Rejects headers that every browser sends or that have another meaning here. */
function headerOf(text: string): string {
  const name = text.toLowerCase();
  const taken = [
    'host',
    'cookie',
    'origin',
    'authorization',
    'range',
    'user-agent',
    'accept',
    'accept-language',
    'referer',
    'content-length',
    'content-type',
    'connection',
  ];
  if (!/^[a-z][a-z0-9-]{1,63}$/.test(name) || taken.includes(name) || name.startsWith('sec-'))
    throw noMeaning('--trust-proxy', text, 'give a header that only the proxy sets, e.g. X-Remote-User');
  return text;
}

function publicUrlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw noMeaning('--public-url', text, 'give scheme, name and port only, e.g. https://calls.example');
  return url;
}

function noMeaning(name: string, text: string, hint: string): LongplayError {
  return new LongplayError('usage', 'U243', `${name} is '${text}'`, hint);
}

function tlsOf({ tlsCert, tlsKey }: Options): { readonly cert: Buffer; readonly key: Buffer } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new LongplayError('usage', 'U246', 'one of --tls-cert and --tls-key is missing', 'give both');
  return { cert: pem(tlsCert), key: pem(tlsKey) };
}

function pem(file: string): Buffer {
  try {
    if (statSync(file).size > limits.pemBytes) throw new Error('it is too large');
    return readFileSync(file);
  } catch (error) {
    throw new LongplayError('usage', 'U246', `${file} cannot be read: ${systemText(error)}`, 'check its path and who may read it', error);
  }
}
