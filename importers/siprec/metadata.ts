import { limits } from '../../src/core/base/limits.ts';
import type { NameValue } from '../../src/core/model/recording.ts';
import { xmlValues } from '../../src/tables/flatten.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';

/** The period in which something belonged to something else, as written. */
export interface Period {
  readonly from: string | null;
  readonly until: string | null;
}

/** Content of one document of recording metadata (RFC 7865, section 6), in any dialect; ids as written, '' if there is none. */
export interface RsDocument {
  readonly namespace: string;
  readonly root: string;
  /** Mode as written: `complete`, `partial`. */
  readonly mode: string | null;
  readonly recordingIds: readonly string[];
  readonly groups: readonly ({ readonly id: string } & Period)[];
  readonly sessions: readonly RsSession[];
  readonly participants: readonly RsParticipant[];
  readonly streams: readonly ({
    readonly id: string;
    readonly session: string;
    readonly label: string | null;
    readonly mode: string | null;
  } & Period)[];
  /** Associations of a session with the recording session. */
  readonly sessionRecordings: readonly ({ readonly session: string } & Period)[];
  readonly participantSessions: readonly ({ readonly participant: string; readonly session: string } & Period)[];
  readonly participantStreams: readonly ({
    readonly participant: string;
    readonly send: readonly string[];
    readonly recv: readonly string[];
  } & Period)[];
  /** Everything else: the producers' extensions, by their paths of names. */
  readonly extensions: readonly NameValue[];
  /** Number of elements that exceed the limit of one document. */
  readonly left: number;
}

export interface RsSession extends Period {
  readonly id: string;
  readonly sipSessionIds: readonly string[];
  readonly start: string | null;
  readonly stop: string | null;
  readonly groups: readonly string[];
  readonly reasons: readonly string[];
}

export interface RsParticipant extends Period {
  readonly id: string;
  readonly session: string;
  readonly names: readonly { readonly aor: string; readonly name: string | null }[];
  readonly send: readonly string[];
  readonly recv: readonly string[];
  /** Whether the participant is calling, as Oracle states; null: not stated. */
  readonly isCalling: boolean | null;
}

/** Names of elements that are understood in their place; all others are extensions. */
const known = new Set(
  (
    'datamode group session participant stream sessionrecordingassoc participantsessionassoc participantstreamassoc recording ' +
    'associate-time disassociate-time dissociate-time start-time stop-time sipsessionid group-ref reason nameid name aor send recv label mode id'
  ).split(' '),
);

/** Reads a document by local names in any letter case, because namespaces, case and names of ids differ by producer and draft. */
export function readMetadata(root: XmlElement): RsDocument {
  let left = 0;
  const all = (name: string, below: XmlElement = root): readonly XmlElement[] => {
    const found = below.children.flatMap((child) => (lower(child) === name ? [child] : []));
    left += Math.max(0, found.length - limits.siprecElements);
    return found.slice(0, limits.siprecElements);
  };
  // Some producers put the elements that belong to a session inside it.
  const holders = [root, ...all('session')];
  const within = (name: string): readonly (readonly [element: XmlElement, session: string])[] =>
    holders.flatMap((holder) =>
      all(name, holder).map((element) => [element, sessionOf(element) || (holder === root ? '' : idOf(holder, 'session'))] as const),
    );
  return {
    namespace: root.namespace,
    root: root.name,
    mode: text(root, 'datamode'),
    recordingIds: [idOf(root, 'recording'), ...all('recording').map((each) => idOf(each, 'recording'))].filter((id) => id !== ''),
    groups: all('group').map((each) => ({ id: idOf(each, 'group'), ...spellOf(each) })),
    sessions: all('session').map((each) => ({
      id: idOf(each, 'session'),
      ...spellOf(each),
      sipSessionIds: texts(each, 'sipsessionid'),
      start: text(each, 'start-time'),
      stop: text(each, 'stop-time'),
      groups: [...texts(each, 'group-ref'), attribute(each, ['group']) ?? ''].filter((id) => id !== ''),
      reasons: texts(each, 'reason'),
    })),
    participants: within('participant').map(([each, session]) => ({
      id: idOf(each, 'participant'),
      session,
      ...spellOf(each),
      names: namesOf(each),
      send: references(each, 'send'),
      recv: references(each, 'recv'),
      isCalling: flagOf(each, 'callingparty'),
    })),
    streams: within('stream').map(([each, session]) => ({
      id: idOf(each, 'stream'),
      session,
      ...spellOf(each),
      label: text(each, 'label') ?? attribute(each, ['label']),
      mode: text(each, 'mode'),
    })),
    sessionRecordings: within('sessionrecordingassoc').map(([each, session]) => ({ session, ...spellOf(each) })),
    participantSessions: within('participantsessionassoc').map(([each, session]) => ({
      participant: attribute(each, ['participant_id', 'participant']) ?? '',
      session,
      ...spellOf(each),
    })),
    participantStreams: within('participantstreamassoc').map(([each]) => ({
      participant: attribute(each, ['participant_id', 'participant']) ?? '',
      ...spellOf(each),
      send: references(each, 'send'),
      recv: references(each, 'recv'),
    })),
    extensions: extensionsOf(root),
    left,
  };
}

function extensionsOf(root: XmlElement): NameValue[] {
  // If tags were lost in transfer, text remains in a place where none belongs.
  const found: NameValue[] = [{ name: root.name, value: root.text }];
  const counts = new Map<string, number>();
  const walk = (element: XmlElement, path: readonly string[]): void => {
    for (const child of element.children) {
      const name = lower(child);
      if (!known.has(name)) {
        for (const { path: inner, value } of xmlValues(child))
          found.push({ name: [...path, child.name, ...inner.filter((_, index) => index > 0 || inner[0] !== child.name)].join('.'), value });
        continue;
      }
      const number = (counts.get(name) ?? 0) + 1;
      counts.set(name, number);
      // The path names the owner of the extension, e.g. the second participant.
      if (path.length < 3) walk(child, [...path, name === 'participant' || name === 'stream' ? `${name} ${number}` : name]);
    }
  };
  walk(root, []);
  return found.filter(({ value }) => value.trim() !== '').slice(0, limits.recordFields);
}

function namesOf(participant: XmlElement): { aor: string; name: string | null }[] {
  const names = participant.children
    .filter((child) => lower(child) === 'nameid')
    .map((child) => ({ aor: attribute(child, ['aor']) ?? text(child, 'aor') ?? '', name: text(child, 'name') ?? text(child, 'n') }));
  const bare = texts(participant, 'aor').map((aor) => ({ aor, name: text(participant, 'name') }));
  return [...names, ...bare].filter(({ aor, name }) => aor !== '' || name !== null);
}

/** Returns ids of streams, as text or inside `id`. */
function references(element: XmlElement, name: string): string[] {
  return element.children
    .flatMap((child) => (lower(child) === name ? [child.text === '' ? (text(child, 'id') ?? '') : child.text] : []))
    .filter((id) => id !== '');
}

function flagOf(element: XmlElement, name: string): boolean | null {
  const found = element.children
    .flatMap((child) => (known.has(lower(child)) ? [] : [child, ...child.children]))
    .find((child) => lower(child) === name);
  return found === undefined || !/^(?:true|false)$/i.test(found.text) ? null : found.text.toLowerCase() === 'true';
}

function spellOf(element: XmlElement): Period {
  return { from: text(element, 'associate-time'), until: text(element, 'disassociate-time') ?? text(element, 'dissociate-time') };
}

function idOf(element: XmlElement, kind: string): string {
  return attribute(element, [`${kind}_id`, `${kind}id`, 'id']) ?? text(element, 'id') ?? '';
}

function sessionOf(element: XmlElement): string {
  return attribute(element, ['session_id', 'sessionid', 'session']) ?? '';
}

function attribute(element: XmlElement, names: readonly string[]): string | null {
  for (const name of names) {
    const found = element.attributes.find((each) => each.name.toLowerCase() === name)?.value.trim();
    if (found !== undefined && found !== '') return found;
  }
  return null;
}

function texts(element: XmlElement, name: string): string[] {
  return element.children.flatMap((child) => (lower(child) === name && child.text !== '' ? [child.text] : []));
}

function text(element: XmlElement, name: string): string | null {
  return texts(element, name)[0] ?? null;
}

function lower(element: XmlElement): string {
  return element.name.toLowerCase();
}
