import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { readToml, type TomlTable } from '../../importers/generic-toml.ts';
import type { CatalogScope, NameAndValue } from '../catalog/catalog-query.ts';
import { LongplayError, systemText } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { type Account, isAccountId, type Right, type Role, rights } from '../serve/account.ts';
import type { AccountSource } from '../serve/account-book.ts';
import { parsePasswordHash } from '../serve/password-hash.ts';

/** Parts of the archive that one role is made of, at most: each is a branch of every question. */
const mostScopes = 32;

/** A users file that may be changed while it is in use. */
export function usersFile(file: string, needsPasswords: boolean): AccountSource {
  return {
    state: () => {
      try {
        const { ino, dev, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
        return [ino, dev, size, mtimeNs, ctimeNs].join(' ');
      } catch (error) {
        // Gone, or out of reach: reading it says so.
        return systemText(error);
      }
    },
    read: () => readUsersFile(file, needsPasswords),
  };
}

/**
 * Who may come in, from a TOML file of `[users.NAME]` and `[roles.NAME]`.
 * @param needsPasswords false where a proxy says who somebody is
 * @throws LongplayError U240 not readable or readable by others, U241 what it says cannot be; I150 to I152 of TOML
 */
export function readUsersFile(file: string, needsPasswords: boolean): readonly Account[] {
  const toml = readToml({ name: file, text: readGuarded(file) }, 'docs/serve.md has examples');
  const roleTables = toml.table('roles');
  const userTables = toml.table('users');
  toml.finish();
  const roles = new Map<string, RoleOfFile>();
  for (const { name, table } of roleTables?.tables() ?? []) roles.set(name, roleOf(name, table));
  const accounts: Account[] = [];
  for (const { name, table } of userTables?.tables() ?? []) accounts.push(accountOf(file, name, table, roles, needsPasswords));
  if (accounts.length === 0) throw wrong(file, 'names no user', 'add a part [users.NAME] with password and role; docs/serve.md has an example');
  return accounts;
}

/** The text of a file that nobody else may read: hashes of passwords can be tried for years. */
function readGuarded(file: string): string {
  const unreadable = (why: string, cause?: unknown): LongplayError =>
    new LongplayError('usage', 'U240', `the users file ${file} ${why}`, 'make it yours alone: chmod 600, and owned by whoever runs longplay', cause);
  let descriptor: number;
  try {
    // A pipe that lies there must not block.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(`cannot be read: ${systemText(error)}`, error);
  }
  try {
    const { mode, size, uid } = fstatSync(descriptor);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unreadable('is no file');
    if ((mode & 0o077) !== 0) throw unreadable(`may be read or written by others (mode ${(mode & 0o777).toString(8)})`);
    const self = process.getuid?.();
    // A file of root's that was made readable to us alone cannot be, so the owner is us or root.
    if (self !== undefined && uid !== self && uid !== 0) throw unreadable('belongs to another user');
    if (size > limits.usersFileBytes) throw unreadable(`has ${size} bytes, more than ${limits.usersFileBytes}`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

interface RoleOfFile {
  readonly role: Role;
  /** Null: all of the archive. */
  readonly scopes: readonly CatalogScope[] | null;
  /** Only calls in which the user's agent took part. */
  readonly own: boolean;
}

function roleOf(name: string, table: TomlTable): RoleOfFile {
  const given = table.texts('rights');
  for (const right of given) if (!isRight(right)) table.refuse('rights', `has '${right}'`, `the rights are ${rights.join(', ')}`);
  if (given.length === 0) table.refuse('rights', 'is empty', `give some of ${rights.join(', ')}`);
  const only = table.table('only');
  table.finish();
  const scopes = only === null ? null : scopesOf(only);
  return { role: { name, rights: new Set(given.filter(isRight)) }, ...(scopes ?? { scopes: null, own: false }) };
}

function isRight(text: string): text is Right {
  return rights.some((right) => right === text);
}

/** Each combination of one value of each list: lists are "or", members are "and". */
function scopesOf(only: TomlTable): Pick<RoleOfFile, 'scopes' | 'own'> {
  const pairs = (key: string): NameAndValue[] =>
    only.texts(key).map((text) => {
      const at = text.indexOf('=');
      if (at <= 0 || at === text.length - 1) return only.refuse(key, `has '${text}'`, `write name=value, as ${key} = ["department=Sales"]`);
      return { name: text.slice(0, at), value: text.slice(at + 1) };
    });
  const time = (key: string): string | null => {
    const text = only.text(key);
    if (text !== null && !/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text))
      only.refuse(key, `is '${text}'`, 'write a day or the beginning of one, as "2019-03-12", "2019-03" or "2019"');
    return text;
  };
  const [from, to] = [time('from'), time('to')];
  const range: CatalogScope = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
  const lists: readonly (readonly CatalogScope[])[] = [
    pairs('org').map((pair) => ({ org: [pair] })),
    pairs('tag').map((pair) => ({ tags: [pair] })),
    only.texts('agent').map((agentId) => ({ agentId })),
    only.texts('importer').map((importer) => ({ importer })),
    only.texts('site').map((site) => ({ site })),
  ];
  const own = only.flag('own') === true;
  const hasAgents = only.has('agent');
  if (own && hasAgents) only.refuse('own', 'and agent cannot stand together', 'own means the agent of the user');
  only.finish();
  let scopes: readonly CatalogScope[] = [range];
  for (const list of lists) if (list.length > 0) scopes = scopes.flatMap((scope) => list.map((one) => ({ ...scope, ...one })));
  if (scopes.length > mostScopes) only.refuse('org', `and the other lists make ${scopes.length} combinations`, `at most ${mostScopes}`);
  const isEmpty = !own && from === null && to === null && lists.every((list) => list.length === 0);
  // A part that limits nothing would look like a limit.
  if (isEmpty)
    only.refuse(
      'org',
      'is missing, and so is every other limit',
      'give org, tag, agent, own, importer, site, from or to; leave [only] away for the whole archive',
    );
  return { scopes, own };
}

function accountOf(file: string, user: string, table: TomlTable, roles: ReadonlyMap<string, RoleOfFile>, needsPasswords: boolean): Account {
  if (!isAccountId(user))
    throw wrong(
      file,
      `has a user '${user.slice(0, 80)}'`,
      'ids of users are letters, digits and ._@-, at most 64; quote them in TOML where they hold a dot or @',
    );
  const roleName = table.text('role');
  const passwordText = table.text('password');
  const agent = table.text('agent');
  table.finish();
  const found = roleName === null ? undefined : roles.get(roleName);
  if (found === undefined)
    return table.refuse(
      'role',
      roleName === null ? 'is missing' : `is '${roleName}'`,
      `the roles are ${[...roles.keys()].join(', ') || 'none'}: add [roles.NAME]`,
    );
  const password = passwordText === null ? null : parsePasswordHash(passwordText);
  if (passwordText !== null && password === null)
    return table.refuse('password', 'is no scrypt hash that this program takes', 'make one with: longplay serve --hash-password');
  if (password === null && needsPasswords) return table.refuse('password', 'is missing', 'make one with: longplay serve --hash-password');
  if (!found.own) return { user, password, role: found.role, within: found.scopes };
  if (agent === null)
    return table.refuse('agent', 'is missing', `role ${found.role.name} is of own calls: say which agent id the recorders give this user`);
  return { user, password, role: found.role, within: (found.scopes ?? [{}]).map((scope) => ({ ...scope, agentId: agent })) };
}

function wrong(file: string, what: string, hint: string): LongplayError {
  return new LongplayError('usage', 'U241', `the users file ${file} ${what}`, hint);
}
