import type { NameValue, Party, PartyRole, Recording } from '../../src/core/model/recording.ts';
import { partyOf } from '../engine/records/describe.ts';
import type { Folded, FoldedParticipant } from './fold.ts';
import type { RsDocument } from './metadata.ts';

/** The roles of the participants in a recording session. */
export interface CallRoles {
  readonly parties: readonly Party[];
  readonly roles: ReadonlyMap<FoldedParticipant, PartyRole>;
  readonly direction: Recording['direction'];
  readonly org: readonly NameValue[];
  /** Parts of participants' names that are not names. */
  readonly extra: readonly NameValue[];
}

/** Names of extensions, by their last local name in lower case, that state who called and who was called: BroadWorks, Metaswitch, Sonus. */
const callingNames = new Set(['callingpartynumber', 'fromhdr']);
const calledNames = new Set(['calledpartynumber', 'tohdr']);
const orgNames: Readonly<Record<string, string>> = { serviceproviderid: 'service-provider', groupid: 'group', businessgroup: 'business-group' };

/** Returns true if an extension's value is used for the roles. */
export function isRoleExtension(name: string): boolean {
  const last = lastOf(name);
  return last === 'callingparty' || orgNames[last] !== undefined;
}

/** Determines the roles, but only if a producer states who calls: the order of participants has no meaning in RFC 7865. */
export function rolesOf(folded: Folded, documents: readonly RsDocument[]): CallRoles {
  const extensions = documents.flatMap((document) => document.extensions);
  const values = (wanted: (name: string) => boolean): string[] =>
    extensions.flatMap(({ name, value }) => (wanted(name.toLowerCase()) ? [value] : []));
  const calling = values((name) => callingNames.has(lastOf(name)));
  const called = values((name) => calledNames.has(lastOf(name)));
  const callingIds = values((name) => name.endsWith('callingparty.participant_id'));
  const calledIds = values((name) => name.endsWith('calledparty.participant_id'));
  const roleOf = (who: FoldedParticipant): PartyRole => {
    if (who.isCalling !== null) return who.isCalling ? 'caller' : 'callee';
    if (who.ids.some((id) => callingIds.includes(id))) return 'caller';
    if (who.ids.some((id) => calledIds.includes(id))) return 'callee';
    const [isCaller, isCallee] = [calling, called].map((numbers) => numbers.some((number) => isSame(number, who.aor)));
    return isCaller === isCallee ? 'unknown' : isCaller ? 'caller' : 'callee';
  };
  const roles = new Map(folded.participants.map((who) => [who, roleOf(who)] as const));
  const [one, two, ...more] = folded.participants;
  // With two participants, one role determines the other.
  if (one !== undefined && two !== undefined && more.length === 0) {
    for (const [known, other] of [
      [one, two],
      [two, one],
    ] as const) {
      if (roles.get(known) === 'caller' && roles.get(other) === 'unknown') roles.set(other, 'callee');
      if (roles.get(known) === 'callee' && roles.get(other) === 'unknown') roles.set(other, 'caller');
    }
  }
  const direction = directionOf(extensions);
  const users = values((name) => lastOf(name) === 'userid' && !name.includes('netsapiens'));
  const agentOf = (who: FoldedParticipant): string | null => {
    const role = direction.value === 'outbound' ? 'caller' : direction.value === 'inbound' ? 'callee' : null;
    return users.find((user) => isSame(user, who.aor)) ?? (role !== null && roles.get(who) === role ? (users[0] ?? null) : null);
  };
  const extra: NameValue[] = [];
  const parties = folded.participants.flatMap((who, index): Party[] => {
    const { name, tail } = plainName(who.name);
    if (tail !== null) extra.push({ name: `participant ${index + 1} name`, value: tail });
    for (const aor of who.other) extra.push({ name: `participant ${index + 1} aor`, value: aor });
    const party = partyOf(roles.get(who) ?? 'unknown', { phone: who.aor, name, agentId: agentOf(who) });
    return party === null ? [] : [party];
  });
  const agent = users[0] ?? null;
  if (agent !== null && !parties.some(({ agentId }) => agentId !== null))
    parties.push(...[partyOf('agent', { agentId: agent })].filter((party) => party !== null));
  const org = Object.entries(orgNames).flatMap(([last, name]) =>
    [...new Set(values((each) => lastOf(each) === last))].map((value) => ({ name, value })),
  );
  return { parties, roles, direction, org, extra };
}

/** Returns the direction. BroadWorks states whether the recorded party originates or terminates the call; Metaswitch states the direction as a word. */
function directionOf(extensions: readonly NameValue[]): Recording['direction'] {
  for (const { name, value } of extensions) {
    const broadWorks = /(?:^|\.)callType\.(origCall|termCall)(?:\.|$)/i.exec(name)?.[1];
    const raw = broadWorks ?? (lastOf(name) === 'calltype' ? value : null);
    if (raw === null) continue;
    const isOut = /^orig/i.test(raw);
    if (isOut || /^term/i.test(raw)) return { value: isOut ? 'outbound' : 'inbound', raw };
  }
  return { value: 'unknown', raw: null };
}

/** Separates a name from its tail: Connectel's names continue with parameters of the SIP header that they came from. */
function plainName(written: string | null): { readonly name: string | null; readonly tail: string | null } {
  const tail = /;(?:lang|id|tag|[a-z][\w-]{0,30})=[\s\S]*$/i.exec(written ?? '')?.[0] ?? null;
  const name = (written ?? '')
    .slice(0, (written ?? '').length - (tail ?? '').length)
    .trim()
    .replace(/^"([\s\S]*)"$/, '$1')
    .trim();
  return { name: name === '' ? null : name, tail: tail === null ? null : (written ?? '') };
}

/** Returns true if two addresses name one user. Numbers may be written with or without the country's prefix. */
function isSame(one: string, other: string | null): boolean {
  const [a, b] = [userOf(one), userOf(other ?? '')];
  if (a === '' || b === '') return false;
  if (a === b) return true;
  const digits = /^\+?\d{7,15}$/;
  if (!digits.test(a) || !digits.test(b)) return false;
  const [x, y] = [a.replace('+', '').replace(/^0/, ''), b.replace('+', '').replace(/^0/, '')];
  return x.endsWith(y) || y.endsWith(x);
}

function userOf(address: string): string {
  const inner = /<([^<>]*)>/.exec(address)?.[1] ?? address;
  return (
    inner
      .replace(/^(?:sips?|tel):/i, '')
      .split(/[@;]/)[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}

function lastOf(name: string): string {
  return (name.split('.').at(-1) ?? '').toLowerCase();
}
