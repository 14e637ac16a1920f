import { readToml, type TomlTable } from '../../../importers/mapping/read/toml.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Account, type DayQuota, isAccountId, type ProvidedPerson, type Right, type Role, rights } from '../../serve/accounts/account.ts';
import type { AccountSettings, AccountSource } from '../../serve/accounts/account-list.ts';
import { parsePasswordHash } from '../../serve/accounts/password-hash.ts';
import type { CatalogScope, NameAndValue } from '../../store/catalog/catalog-query.ts';
import { fileState } from './file-state.ts';
import { readGuarded } from './guarded-file.ts';
import { type OpenidSurroundings, openidPart } from './openid-part.ts';

/** Largest number of parts of the archive per role: each part is a branch of every query. */
const mostScopes = 32;

/** Creates a source for a users file that may change while in use. */
export function usersFile(file: string, needsPasswords: boolean, openid: OpenidSurroundings): AccountSource {
  return {
    state: () => fileState(file),
    read: () => readUsersFile(file, needsPasswords, openid),
  };
}

/**
 * Reads the accounts from a TOML file of `[users.NAME]`, `[roles.NAME]`, `[openid]` and `[export]`.
 * @param needsPasswords false if a proxy identifies users
 * @param around null: read `[openid]` without its secret
 * @throws LongplayError U240 if the file is unreadable or others can read it, U241 if its content is invalid, U250; I150 to I152 of TOML
 */
export function readUsersFile(file: string, needsPasswords: boolean, around: OpenidSurroundings | null = null): AccountSettings {
  const toml = readToml({ name: file, text: readGuarded(file, 'users file', 'U240') }, 'docs/how-to/serve.md has examples');
  const roleTables = toml.table('roles');
  const userTables = toml.table('users');
  const openidTable = toml.table('openid');
  const twoPersons = twoPersonsOf(toml.table('export'));
  toml.finish();
  const roles = new Map<string, RoleOfFile>();
  for (const { name, table } of roleTables?.tables() ?? []) roles.set(name, roleOf(name, table, openidTable !== null));
  const accounts: Account[] = [];
  for (const { name, table } of userTables?.tables() ?? [])
    accounts.push(accountOf(file, name, table, roles, needsPasswords && openidTable === null));
  const openid = openidTable === null ? null : openidPart(openidTable, file, around, (person) => accountFor(person, accounts, roles));
  if (accounts.length === 0 && openid === null)
    throw wrong(file, 'names no user', 'add a section [users.NAME] with password and role; docs/how-to/serve.md has an example');
  return { accounts, openid, hasQuotas: [...roles.values()].some(({ role }) => role.perDay !== undefined), twoPersons };
}

interface RoleOfFile {
  readonly role: Role;
  /** Parts of the archive that the role may see; null: the whole archive. */
  readonly scopes: readonly CatalogScope[] | null;
  /** True if the role may see only calls in which the user's agent took part. */
  readonly own: boolean;
  /** Groups of a provider whose members have the role. */
  readonly groups: readonly string[];
}

function roleOf(name: string, table: TomlTable, hasProvider: boolean): RoleOfFile {
  const given = table.texts('rights');
  for (const right of given) if (!isRight(right)) table.refuse('rights', `has '${right}'`, `the rights are ${rights.join(', ')}`);
  if (given.length === 0) table.refuse('rights', 'is empty', `give some of ${rights.join(', ')}`);
  const groups = table.texts('groups');
  if (groups.length > 0 && !hasProvider)
    table.refuse('groups', 'have no effect without [openid]', 'groups come from a provider; docs/how-to/serve.md has an example');
  // The order of roles matters, but TOML is parsed to an object, which moves numeric names to the front.
  if (groups.length > 0 && /^\d+$/.test(name)) table.refuse('groups', 'are not allowed here', 'give the role a name with a letter in it');
  const only = table.table('only');
  const perDay = perDayOf(table.table('per-day'));
  table.finish();
  const scopes = only === null ? null : scopesOf(only);
  return {
    role: { name, rights: new Set(given.filter(isRight)), ...(perDay === null ? {} : { perDay }) },
    groups,
    ...(scopes ?? { scopes: null, own: false }),
  };
}

/** Reads the daily limit of the members of a role. */
function perDayOf(table: TomlTable | null): DayQuota | null {
  if (table === null) return null;
  const [recordings, hours] = [table.positive('recordings'), table.positive('hours')];
  table.finish();
  if (recordings !== null && !Number.isInteger(recordings)) table.refuse('recordings', 'is not a whole number', 'write recordings = 200');
  if (recordings === null && hours === null) table.refuse('recordings', 'is missing, and so is hours', 'give one of them, or omit [per-day]');
  return { recordings: recordings ?? Number.POSITIVE_INFINITY, hours: hours ?? Number.POSITIVE_INFINITY };
}

/** Reads the limit above which an export needs a second person. */
function twoPersonsOf(table: TomlTable | null): DayQuota | null {
  if (table === null) return null;
  const [recordings, hours] = [table.positive('two-persons'), table.positive('two-persons-hours')];
  table.finish();
  if (recordings !== null && !Number.isInteger(recordings)) table.refuse('two-persons', 'is not a whole number', 'write two-persons = 100');
  if (recordings === null && hours === null)
    table.refuse('two-persons', 'is missing, and so is two-persons-hours', 'give one of them, or omit [export]');
  return { recordings: recordings ?? Number.POSITIVE_INFINITY, hours: hours ?? Number.POSITIVE_INFINITY };
}

function isRight(text: string): text is Right {
  return rights.some((right) => right === text);
}

/** Returns each combination of one value per list: the values of a list are alternatives, and all lists must match. */
function scopesOf(only: TomlTable): Pick<RoleOfFile, 'scopes' | 'own'> {
  const pairs = (key: string): NameAndValue[] =>
    only.texts(key).map((text) => {
      const at = text.indexOf('=');
      if (at <= 0 || at === text.length - 1) return only.refuse(key, `has '${text}'`, `write name=value, e.g. ${key} = ["department=Sales"]`);
      return { name: text.slice(0, at), value: text.slice(at + 1) };
    });
  const time = (key: string): string | null => {
    const text = only.text(key);
    if (text !== null && !/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text))
      only.refuse(key, `is '${text}'`, 'write a day or the beginning of one, e.g. "2019-03-12", "2019-03" or "2019"');
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
  if (own && hasAgents) only.refuse('own', 'and agent cannot be combined', 'own means the agent of the user');
  only.finish();
  let scopes: readonly CatalogScope[] = [range];
  for (const list of lists) if (list.length > 0) scopes = scopes.flatMap((scope) => list.map((one) => ({ ...scope, ...one })));
  if (scopes.length > mostScopes) only.refuse('org', agree`and the other lists make ${scopes.length} combination[s]`, `at most ${mostScopes}`);
  const isEmpty = !own && from === null && to === null && lists.every((list) => list.length === 0);
  // A part without limits would look like a limit, but limit nothing.
  if (isEmpty)
    only.refuse(
      'org',
      'is missing, and so is every other limit',
      'give org, tag, agent, own, importer, site, from or to; omit [only] for the whole archive',
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
    return table.refuse('password', 'is not a scrypt hash that longplay accepts', 'make one with: longplay serve --hash-password');
  if (password === null && needsPasswords) return table.refuse('password', 'is missing', 'make one with: longplay serve --hash-password');
  if (found.own && agent === null)
    return table.refuse(
      'agent',
      'is missing',
      `role ${found.role.name} is limited to the user's own calls: give the agent id that the recorders have for this user`,
    );
  return { user, password, role: found.role, within: withinOf(found, agent) };
}

function withinOf({ own, scopes }: RoleOfFile, agent: string | null): Account['within'] {
  return own && agent !== null ? (scopes ?? [{}]).map((scope) => ({ ...scope, agentId: agent })) : scopes;
}

/**
 * Returns the account of a person whom the provider vouches for. A user of the file without a password has the role that the file gives, whatever
 * their groups. A user with a password must sign in with it, because the provider may have given the name to another person. Anybody else gets the
 * first role of the file that one of their groups has.
 */
function accountFor(person: ProvidedPerson, accounts: readonly Account[], roles: ReadonlyMap<string, RoleOfFile>): Account | null {
  const { user, groups, agent } = person;
  if (!isAccountId(user)) return null;
  const named = accounts.find((account) => account.user === user);
  if (named !== undefined) return named.password === null ? { ...named, person } : null;
  const found = [...roles.values()].find((role) => role.groups.some((group) => groups.includes(group)));
  if (found === undefined || (found.own && agent === null)) return null;
  return { user, password: null, role: found.role, within: withinOf(found, agent), person };
}

function wrong(file: string, what: string, hint: string): LongplayError {
  return new LongplayError('usage', 'U241', `the users file ${file} ${what}`, hint);
}
