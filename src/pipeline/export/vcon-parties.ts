import { version } from '../../core/base/version.ts';
import type { Party, PartyRole } from '../../core/model/recording.ts';
import type { DocumentedRecording } from '../../core/model/recording-document.ts';

/** The parties of a vCon: those of the recording in their order, then further ones that the vCon needs. */
export interface VconParties {
  readonly hasRoles: boolean;
  /** Returns all parties; call it when the rest of the vCon is complete. */
  list(): readonly Readonly<Record<string, string>>[];
  /** Returns the index of a party of the recording; if the party is unknown, that of an empty party. */
  index(party: number | null): number;
  /** Returns the index of longplay itself as a party, which contributes attachments (draft section 4.4.3). */
  archive(): number;
  /**
   * Returns the member `parties` of a dialog, and `originator` if the first party is not the caller.
   * @param roles role of each channel; null: all parties together
   * @param isMixed all parties are on one channel
   */
  dialogParties(roles: readonly PartyRole[] | null, isMixed: boolean): { readonly parties?: readonly unknown[]; readonly originator?: number };
}

/** Creates the parties of a recording's vCon. */
export function vconParties(recording: Pick<DocumentedRecording, 'parties' | 'direction'>): VconParties {
  const { parties, direction } = recording;
  const list: Readonly<Record<string, string>>[] = parties.map(partyObject);
  const added = (party: Readonly<Record<string, string>>): (() => number) => {
    let at = -1;
    return () => {
      if (at < 0) at = list.push(party) - 1;
      return at;
    };
  };
  const unknown = added({});
  const archive = added({ name: `longplay ${version}`, validation: 'none', type: 'bot' });
  const withRole = (role: PartyRole): number[] => parties.flatMap((party, index) => (party.role === role && role !== 'unknown' ? [index] : []));
  const [caller = null, ...others] = withRole('caller');
  const byDirection = direction.value === 'inbound' ? withRole('customer') : direction.value === 'outbound' ? withRole('agent') : [];
  const [first = null, ...more] = byDirection;
  const originator = caller !== null && others.length === 0 ? caller : caller === null && more.length === 0 ? first : null;
  return {
    hasRoles: parties.some(({ role }) => role !== 'unknown'),
    list: () => list,
    index: (party) => (party !== null && Number.isSafeInteger(party) && party >= 0 && party < parties.length ? party : unknown()),
    archive,
    dialogParties: (roles, isMixed) => {
      const everybody = parties.map((_, index) => index);
      // In a mix, the order only shows who called.
      const mix = originator === null ? everybody : [originator, ...everybody.filter((index) => index !== originator)];
      const ofOne = (roles ?? []).flatMap(withRole);
      let channels: readonly (number | readonly number[] | null)[];
      if (roles !== null && roles.length > 1) {
        channels = roles.map((role) => {
          const found = withRole(role);
          return found.length > 1 ? found : (found[0] ?? null);
        });
      } else if (ofOne.length > 0) channels = ofOne;
      else channels = isMixed && mix.length > 0 ? mix : [null];
      const named = channels.flat().find((index) => index !== null);
      // Readers take the first party for the caller unless `originator` names another; an empty party stands for an unknown one (section 4.3.5).
      if (named === undefined || named === null || named === originator) return { parties: channels };
      return { parties: channels, originator: originator ?? unknown() };
    },
  };
}

function partyObject({ role, phone, name }: Party): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  if (phone !== null && phone.damage === null) {
    if (phone.sip !== null) out.sip = /^sips?:/i.test(phone.sip) ? phone.sip : `sip:${phone.sip}`;
    const tel = phone.e164 ?? (phone.sip === null ? dialled(phone.raw) : null);
    if (tel !== null) out.tel = tel;
  }
  // Nobody has validated the identity (section 4.2.7).
  if (name !== null) Object.assign(out, { name, validation: 'none' });
  if (role !== 'unknown') out.role = role;
  return out;
}

/**
 * Returns a number as written, with the separators that RFC 3966 section 3 allows; a blank, which it does not allow, becomes `-`. Null: it is not a
 * number.
 */
function dialled(raw: string): string | null {
  const text = raw.trim().replace(/^tel:/i, '').replace(/\s+/g, '-');
  return /^\+?[0-9*#().-]*[0-9*#][0-9*#().-]*$/.test(text) ? text : null;
}
