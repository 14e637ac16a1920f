import type { Finding } from '../../src/core/findings/finding.ts';
import { parseXmlText } from '../../src/tables/xml/xml.ts';
import { cutMessages, readMessage, type SipMessage } from './message.ts';
import { type RsDocument, readMetadata } from './metadata.ts';

/** A text after reading: its messages with their documents, and all their ids. */
export interface Reading {
  readonly messages: readonly { readonly message: SipMessage; readonly documents: readonly RsDocument[]; readonly text: string }[];
  readonly callIds: readonly string[];
  readonly sessions: readonly string[];
  readonly recordings: readonly string[];
  readonly streams: readonly string[];
  /** Problems of the XML in the text. */
  readonly findings: readonly Finding[];
}

/** The text that was read last: callers request one text several times in a row. */
let last: { readonly text: string; readonly reading: Reading } | null = null;

/** Reads a text of SIP messages, a body of one, or a document. */
export function readText(text: string): Reading {
  if (last?.text === text) return last.reading;
  const findings: Finding[] = [];
  const messages = cutMessages(text).map((piece) => {
    const message = readMessage(piece);
    const documents = message.metadata.flatMap((xml) => {
      const { root, findings: found } = parseXmlText(xml, '');
      findings.push(...found);
      return root === null ? [] : [readMetadata(root)];
    });
    return { message, documents, text: piece };
  });
  const documents = messages.flatMap((each) => each.documents);
  const ids = (all: readonly (string | null)[]): string[] => [...new Set(all.filter((id) => id !== null && id !== ''))] as string[]; // Filtered above.
  const reading: Reading = {
    messages,
    findings,
    callIds: ids(messages.map(({ message }) => message.callId)),
    sessions: ids(
      documents.flatMap(({ sessions, streams, participants, sessionRecordings, participantSessions }) => [
        ...sessions.map(({ id }) => id),
        ...[...streams, ...participants, ...sessionRecordings, ...participantSessions].map(({ session }) => session),
      ]),
    ),
    recordings: ids(documents.flatMap(({ recordingIds }) => recordingIds)),
    streams: ids(documents.flatMap(({ streams }) => streams.map(({ id }) => id))),
  };
  last = { text, reading };
  return reading;
}
