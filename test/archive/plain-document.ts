import { emptyRecording } from '../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';

/** Returns the document of a recording about which only the arguments are known. @param number makes its id and key */
export function plainDocument(number: number, known: Partial<RecordingDocument['recording']>): RecordingDocument {
  const { kind: _kind, media: _media, findings: _findings, ...recording } = emptyRecording('generic', 'verified', `key-${number}`);
  return {
    format: 'longplay-recording',
    version: 1,
    recordingId: `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`,
    supersedes: null,
    fingerprint: 'f',
    site: 'default',
    source: 's',
    tool: 'longplay',
    recording: { ...recording, reconciliation: { status: 'matched', rule: '' }, ...known },
    media: [],
    joined: null,
    sources: [],
    findings: [],
  };
}
