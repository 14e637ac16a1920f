import { baseName, extension } from '../../src/core/base/safe-path.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { folderKey, idKey, nameKey, stemKey } from '../engine/records/keys.ts';
import type { DocumentShape, Shape } from '../engine/records/shape.ts';
import { captureMessages } from './capture.ts';
import { describeSession } from './describe.ts';
import { cutMessages, hasEnd, withoutDigits } from './message.ts';
import { type Reading, readText } from './reading.ts';

/** Matches names of files that may hold SIP messages or their bodies: all except tables, web pages, pictures and packed files. */
const textFile =
  /(?:^|[/!])(?:[^./!]+|[^/!]*\.(?!(?:csv|tsv|jsonl?|ndjson|sql|dump|db3?|sqlite3?|md|pdf|html?|docx?|xlsx?|jpe?g|png|gif|zip|tar|t?gz|bz2|xz|7z|rar|exe|dll)$)[^./!]{1,24})$/i;

const document = (holds: RegExp): DocumentShape => ({ kind: 'document', file: textFile, holds, as: 'plain', split, whole: hasEnd });

const keys: Pick<Shape, 'role' | 'key' | 'claims'> = { role: 'call', key: keyOf, claims: claimsOf };

/** Imports SIPREC (RFC 7865 and 7866) from recorders and recording clients of any make: metadata documents, SIP messages in text files, SIP in captures. */
export const siprec = familyImporter({
  id: 'siprec',
  title: 'SIPREC recording metadata (RFC 7865, RFC 7866), its dialects, and the SIP messages that carry it',
  grade: 'verified',
  facts: [
    'RFC 7865: the model of the metadata and its XML; RFC 7866: the protocol, pauses, labels; RFC 7989: Session-ID',
    'drachtio/drachtio-siprec-recording-server 3998266, test/data: bodies of real INVITEs of Oracle/Acme, BroadWorks, Cisco, Connectel, Procomm',
    'miarecdev/sipp-siprec 2ed1cbb, scenarios: Avaya SBCE, BroadWorks pause and resume, Metaswitch',
    'loreste/siprec: headers of AudioCodes, Genesys, Ribbon; UCID of Oracle',
    'test data of public SIPREC servers: Sonus callData and BYE, NetSapiens groups',
  ],
  tested: [
    'INVITE bodies of Oracle, BroadWorks, Cisco, Connectel and Procomm (drachtio-siprec-recording-server 3998266)',
    'samples/siprec, synthetic',
    'updates and captures only as specified in the RFCs',
  ],
  shapes: [
    {
      name: 'siprec',
      unit: 'SIPREC documents and messages',
      ...keys,
      at: document(
        /rs-metadata|recording-session|\bsiprec\b|\+sip\.src|ietf:params:xml:ns:(?:recording|siprec)\b|<(?:[\w.-]+:)?recording_metadata[\s>]|X-AC-Action\s*:/i,
      ),
    },
    {
      name: 'signalling',
      unit: 'SIP messages',
      isAside: true,
      ...keys,
      at: document(/^(?:[A-Z]{3,16} \S{1,2000} SIP\/2\.0|SIP\/2\.0 [1-6]\d\d(?:[ \t].*)?)[ \t]*\r?$/m),
    },
    {
      name: 'captured',
      unit: 'SIP messages of recording sessions',
      ...keys,
      at: {
        kind: 'medium',
        file: /\.(?:pcap|pcapng|cap)(?:#\d+)?$/i,
        holds: /rs-metadata|ietf:params:xml:ns:(?:recording|siprec)\b/i,
        read: captureMessages,
      },
    },
  ],
  fileKeys,
  describe: describeSession,
});

/** Splits a text with messages of several recording sessions into its messages, without pressed keys. */
function split(text: string): readonly string[] | null {
  const messages = cutMessages(text);
  if (messages.length < 2) return null;
  const sessions = new Set(messages.map((message) => sessionKey(readText(message))));
  return sessions.size < 2 ? null : messages.map(withoutDigits);
}

function keyOf({ value }: JoinedRecord): string | null {
  return typeof value === 'string' ? sessionKey(readText(value)) : null;
}

/** Returns the key of a recording session: the dialog of a message, or the session that a document without a message describes. */
function sessionKey({ callIds, sessions, recordings }: Reading): string | null {
  return callIds[0] ?? sessions[0] ?? recordings[0] ?? null;
}

function claimsOf({ shape, value, path }: JoinedRecord): readonly Claim[] {
  if (typeof value !== 'string') return [];
  const { callIds, sessions, recordings, streams } = readText(value);
  const byId = (ids: readonly string[], by: string): Claim[] => ids.flatMap((id) => (plainId(id) === '' ? [] : [{ key: idKey(plainId(id)), by }]));
  return [
    ...(shape === 'captured' ? [{ key: nameKey(path), by: 'the capture that its messages are in', fits: (found: string) => found === path }] : []),
    ...byId(sessions, 'session id in the name'),
    ...byId(recordings, 'recording id in the name'),
    ...byId(callIds, 'Call-ID in the name'),
    ...byId(streams, 'stream id in the name'),
    { key: stemKey(path), by: 'file name without extension', strength: 'other-name', path },
    { key: folderKey(path), by: 'the only session in the folder', strength: 'place' },
  ];
}

/** Returns an id in the form it may have in the name of a file: letters and digits only, because names replace `/`, `+`, `=`, `@` and `:` in various ways. */
function plainId(id: string): string {
  return id
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}

/** Largest number of parts of a name that are tried; `fewestChars`: smallest number of characters of an id that is only a part of a name. */
const mostParts = 24;
const fewestChars = 8;
/** Number of folders above a file whose names may contain its session. */
const foldersLooked = 2;

/** Returns ids by which a file may be named: its name, the beginning and end of its name, and its folders. */
function fileKeys(path: string, of: 'medium' | 'document'): readonly string[] {
  if (of === 'document') return [];
  const base = baseName(path);
  const stem = unescaped(base.slice(0, base.length - extension(base).length));
  const parts = stem.split(/[^\p{L}\p{N}]+/u, mostParts);
  // A Call-ID ends in a host name, whose last part looks like an extension.
  const ids = new Set([plainId(stem), plainId(unescaped(base))]);
  for (let length = 1; length < parts.length; length++)
    for (const id of [parts.slice(0, length), parts.slice(-length)].map((some) => plainId(some.join('')))) if (id.length >= fewestChars) ids.add(id);
  const folders = path
    .slice(0, path.length - base.length)
    .split(/[/!]/)
    .filter((folder) => folder !== '');
  for (const folder of folders.slice(-foldersLooked)) {
    const id = plainId(unescaped(folder));
    if (id.length >= fewestChars) ids.add(id);
  }
  return [...[...ids].filter((id) => id !== '').map(idKey), folderKey(path)];
}

/** Decodes a name with escapes such as `%40`; returns it unchanged if it is not such a name. */
function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a bare % shows that nothing was escaped
  }
}
