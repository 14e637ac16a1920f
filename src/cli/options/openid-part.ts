import { realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { TomlTable } from '../../../importers/mapping/read/toml.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { isLoopback } from '../../serve/accounts/client-address.ts';
import type { OpenidSettings } from '../../serve/accounts/openid.ts';
import { readGuarded } from './guarded-file.ts';

/** Environment variable with the secret, if no file has it. */
export const openidVariable = 'LONGPLAY_OPENID_SECRET';

/** What a server with a provider needs in addition to the users file. */
export interface OpenidSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the archive. The secret must not be inside it, because others have copies of the archive. */
  readonly archive: string;
  /** Why sign-in through a provider is impossible whatever the users file says; null: it is possible. */
  readonly why: string | null;
}

/**
 * Parses `[openid]` of a users file.
 * @param around null: parse it without the secret, for a review
 * @throws LongplayError U250 for the secret; I151, I152
 */
export function openidPart(
  table: TomlTable,
  file: string,
  around: OpenidSurroundings | null,
  accountFor: OpenidSettings['accountFor'],
): OpenidSettings {
  const issuer = issuerOf(table);
  const clientId = table.text('client-id') ?? table.refuse('client-id', 'is missing', 'the provider issues it when longplay is registered there');
  const secretIn = table.text('secret-in') ?? 'header';
  if (secretIn !== 'header' && secretIn !== 'body')
    table.refuse('secret-in', `is '${secretIn}'`, 'write "header" (client_secret_basic) or "body" (client_secret_post)');
  const scope = table.text('scope') ?? 'openid profile email';
  if (!scope.split(' ').includes('openid') || !/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(scope))
    table.refuse('scope', `is '${scope}'`, 'write scopes separated by one space, including openid');
  const named = (key: string): string | null => {
    const name = table.text(key);
    if (name !== null && !/^[\x21-\x7e]{1,200}$/.test(name)) table.refuse(key, 'is not a name of a claim', `write ${key} = "groups"`);
    return name;
  };
  const claims = { user: named('user') ?? 'preferred_username', groups: named('groups') ?? 'groups', agent: named('agent') };
  const label = table.text('name') ?? issuer.host;
  if (label.length > 60) table.refuse('name', agree`has ${label.length} character[s]`, 'at most 60: it is shown on a button');
  const secretFile = table.text('secret-file');
  table.finish();
  if (around !== null && around.why !== null)
    throw new LongplayError('usage', 'U250', `the users file ${file} has [openid], and ${around.why}`, 'docs/how-to/serve.md has an example');
  const secret = around === null ? '' : secretOf(secretFile === null ? null : resolve(dirname(file), secretFile), around);
  return { issuer, clientId, secret, secretIn: secretIn === 'body' ? 'body' : 'header', scope, claims, label, accountFor };
}

function issuerOf(table: TomlTable): URL {
  const text = table.text('issuer');
  const url = text !== null && URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !isPlain) || url.search !== '' || url.hash !== '' || url.username !== '')
    return table.refuse(
      'issuer',
      text === null ? 'is missing' : 'is not the address of a provider',
      'write the issuer address that the provider states, e.g. issuer = "https://login.example/realms/bank"; http only on this machine',
    );
  return url;
}

/** Reads the secret, which must be in exactly one place. */
function secretOf(file: string | null, { env, archive }: OpenidSurroundings): string {
  const given = env[openidVariable] ?? '';
  const wrong = (what: string, hint: string): LongplayError => new LongplayError('usage', 'U250', what, hint);
  if ((file !== null) === (given !== ''))
    throw wrong(
      `the secret of [openid] is ${file === null ? 'missing' : `both in ${openidVariable} and in a file`}`,
      `write secret-file = "…", or set ${openidVariable}`,
    );
  if (file === null) return given;
  const text = readGuarded(file, 'secret of [openid]', 'U250').trim();
  if (`${realpathSync(file)}${sep}`.startsWith(`${realpathSync(archive)}${sep}`))
    throw wrong(`the secret of [openid] is inside the archive: ${file}`, 'keep it beside the users file: other people have copies of the archive');
  if (!/^[\x21-\x7e]{1,1000}$/.test(text)) throw wrong(`${file} holds no secret of [openid]`, 'it is one line of up to 1,000 visible characters');
  return text;
}
