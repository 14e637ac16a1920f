import { limits } from '../../src/core/base/limits.ts';
import type { Signalling, SipAddress, SipInvite } from '../../src/core/base/signalling.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import { signallingIn } from '../../src/core/model/entry-content.ts';
import type { Importer, ImportOptions } from '../../src/core/model/importer.ts';
import { isDescription, type NameValue, type Party, type PartyRole, type Recording, type TimeValue } from '../../src/core/model/recording.ts';
import type { Source } from '../../src/core/model/source.ts';
import { userOfSip } from '../../src/core/numbers/number-reading.ts';
import { partyKey } from '../../src/core/numbers/party-key.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { parseTime } from '../../src/tables/values/time.ts';

// The signalling in captures supplies parties, Call-IDs and the start of a recording if neither a table nor a name states them.

/** Largest time between the starts of the legs of one call: a phone rings no longer. */
const legsMs = 180_000;
/**
 * Largest difference between the start in the signalling and the recorder's start that is not reported. Clocks of one machine differ less; setting up a call
 * takes up to a few seconds.
 */
const startToleranceMs = 5_000;

/** Counts of recordings for the closing findings. */
interface Tally {
  taken: number;
  first: string;
}

/**
 * Extends an importer so that it reads the parties, the Call-ID, the start and some headers of a call from the SIP in its captures. A row or a name takes
 * precedence; a difference is a finding.
 * A capture with several calls supplies nothing.
 */
export function withSignalling(importer: Importer): Importer {
  return {
    ...importer,
    items: async function* (source, options, signal) {
      const tally: Tally = { taken: 0, first: '' };
      for await (const item of importer.items(source, options, signal))
        yield item.kind === 'recording' ? await withInvite(item, source, options, tally, signal) : item;
      if (tally.taken > 0)
        yield finding(
          'I246',
          source.name,
          `parties of recordings are from the signalling in their captures: ${tally.taken}; the first in ${tally.first}`,
        );
    },
  };
}

async function withInvite(recording: Recording, source: Source, options: ImportOptions, tally: Tally, signal: AbortSignal): Promise<Recording> {
  const captures = recording.media.filter(({ kind, continues }) => kind === 'pcap' && continues !== true);
  if (captures.length === 0) return recording;
  const isDescribed = recording.provenance.some(isDescription);
  const most = isDescribed ? limits.signallingHeadBytes : limits.signallingBytes;
  // The smallest capture comes first: a capture of only the signalling is small.
  const entries = captures.flatMap(({ path }) => source.entry(path) ?? []).sort((a, b) => a.size - b.size);
  for (const entry of entries) {
    const found = await signallingIn(source, entry, options.media, most, signal);
    if (found === null || found.invites.length === 0) continue;
    const call = callOf(found, isDescribed);
    if (call === null) {
      const legs = `${found.invites.length} INVITEs${found.isWhole ? '' : ' in the part that was read'}`;
      return isDescribed ? recording : withFinding(recording, finding('I245', recording.key, `${legs}; it is unknown which of them is played`));
    }
    if (isDescribed) return compared(recording, call, true);
    tally.first = tally.taken++ === 0 ? entry.path : tally.first;
    return filled(recording, call, entry.path);
  }
  return recording;
}

/** The legs of one call, in the order of their start. */
type Call = readonly [SipInvite, ...SipInvite[]];

/**
 * Returns the legs of the only call in a capture; null if there are, or may be, several. The leg that begins first is the call as its caller made it. A leg
 * that a switch (B2BUA) adds belongs to the call if it begins before the first leg ends and has its caller, its callee or its Session-ID.
 */
function callOf({ invites, isWhole }: Signalling, isDescribed: boolean): Call | null {
  const [first, ...others] = [...invites].sort((a, b) => a.seconds - b.seconds);
  if (first === undefined || (!isWhole && !isDescribed)) return null;
  const mine = marksOf(first);
  const isLeg = (leg: SipInvite): boolean =>
    (leg.seconds - first.seconds) * 1_000 <= legsMs &&
    leg.seconds <= (first.endSeconds ?? Number.POSITIVE_INFINITY) &&
    marksOf(leg).some((mark) => mine.includes(mark));
  return others.every(isLeg) ? [first, ...others] : null;
}

function marksOf({ from, to, asserted, headers }: SipInvite): readonly string[] {
  // The first part of a Session-ID is the same in all legs (RFC 7989, section 5).
  const session = headers.find(([name]) => name === 'session-id')?.[1].split(';')[0];
  return [
    ...[from, asserted].flatMap((each) => (each === null ? [] : [`caller ${keyOf(each)}`])),
    ...(to === null ? [] : [`callee ${keyOf(to)}`]),
    ...(session === undefined ? [] : [`session ${session}`]),
  ];
}

function keyOf({ uri }: SipAddress): string {
  return partyKey(userOfSip(uri).replace(/^tel:/i, ''));
}

/** Adds facts from the signalling to a recording without a row. A role that the file's name fills stays. */
function filled(recording: Recording, call: Call, path: string): Recording {
  const [first, ...others] = call;
  const has = (role: PartyRole): boolean => recording.parties.some((party) => party.role === role);
  const parties = [...recording.parties, ...partiesOf(first).filter(({ role }) => !has(role))];
  const known = new Set(recording.correlation.map(({ value }) => value));
  const start = startOf(first);
  const own = recording.callStart;
  // Simple packet blocks of pcapng have no time.
  const isOwnKept = start.utc === null || (own !== null && own.certainty === 'exact' && (own.precision === 's' || own.precision === 'ms'));
  const made: Recording = {
    ...recording,
    parties,
    correlation: [...recording.correlation, ...call.flatMap(({ callId }) => (known.has(callId) ? [] : [{ name: 'sip-call-id', value: callId }]))],
    callStart: isOwnKept ? own : start,
    extra: [
      ...recording.extra,
      ...(isOwnKept || own === null ? [] : [{ name: 'start according to the name', value: own.raw }]),
      ...headersOf(first),
      ...others.flatMap(({ to }) => (to === null ? [] : [{ name: 'sip further leg to', value: to.uri }])),
    ],
    reconciliation: { ...recording.reconciliation, rule: `${recording.reconciliation.rule}; parties and start from the first INVITE in its capture` },
    provenance: [...recording.provenance, ...call.map(({ sha256 }) => ({ kind: 'signalling' as const, path, row: null, sha256, text: null }))],
  };
  return compared(made, call, false);
}

function partiesOf({ from, to, asserted }: SipInvite): readonly Party[] {
  const party = (role: PartyRole, address: SipAddress | null, name: string | null): Party[] =>
    address === null ? [] : [{ role, phone: parsePhone(address.uri), name, agentId: null, device: null }];
  return [...party('caller', asserted ?? from, asserted?.name ?? from?.name ?? null), ...party('callee', to, to?.name ?? null)];
}

function headersOf({ headers, from, asserted }: SipInvite): readonly NameValue[] {
  // Adds the caller's own address if the network asserts another one.
  const stated = asserted !== null && from !== null && from.uri !== asserted.uri ? [{ name: 'sip from', value: from.uri }] : [];
  return [...stated, ...headers.map(([name, value]) => ({ name: `sip ${name}`, value }))];
}

function startOf({ seconds }: SipInvite): TimeValue {
  return parseTime(seconds.toFixed(3), { format: 'epoch-s', zone: null });
}

/**
 * Returns the recording with a finding if its parties or its start differ from the signalling.
 * @param hasRow true if a row states the start; otherwise a name states it to the minute, or it is the time of a file
 */
function compared(recording: Recording, [first]: Call, hasRow: boolean): Recording {
  const stated = { caller: [first.asserted, first.from], callee: [first.to] } as const;
  const differing: string[] = (['caller', 'callee'] as const).filter((role) => {
    const keys = stated[role].flatMap((address) => (address === null ? [] : [keyOf(address)]));
    const numbers = recording.parties.flatMap((party) =>
      party.role === role && party.phone !== null && party.phone.damage === null ? [party.phone.raw] : [],
    );
    return keys.length > 0 && numbers.length > 0 && !numbers.some((number) => keys.includes(partyKey(userOfSip(number).replace(/^tel:/i, ''))));
  });
  const start =
    !hasRow || recording.callStart?.utc == null || recording.callStart.precision === 'min' || recording.callStart.precision === 'day'
      ? null
      : recording.callStart.utc;
  if (start !== null && Math.abs(Date.parse(start) - first.seconds * 1_000) > startToleranceMs) differing.push('start');
  return differing.length === 0
    ? recording
    : withFinding(
        recording,
        finding('I244', recording.key, `${differing.join(', ')} of the recorder and of the INVITE in its capture differ; the recorder's are used`),
      );
}

function withFinding(recording: Recording, found: Finding): Recording {
  return { ...recording, findings: [...recording.findings, found] };
}
