import { fixityCommands } from './fixity-commands.ts';
import type { BagType } from './info.ts';

/** Shell command that creates a folder which only the user can read, because decoded calls are confidential. */
export const privateFolder = 'OUT=$(mktemp -d)';

/** Facts about a bag for its README.txt. */
export interface BagOutline {
  readonly externalIdentifier: string;
  readonly recordings: number;
  /** Type of the bag; absent: recordings. */
  readonly type?: BagType;
  /** Path of an Opus copy relative to the bag; null if no recording has one. */
  readonly opusCopy: string | null;
}

/** Additional text for readers of a bag of amendments, whose files are mostly in other bags. */
const amendmentText = `
The recordings themselves are in other bags of the archive and were not changed. recording.json names the bag of each file as
"bag"; a file without it is here. "amends" names the description that this one replaces, and the members that differ. The files
of each recording, with jq:
    jq -r '.recordingId as $id | .media[].original | [$id, .bag // "this bag", .path] | @tsv' data/*/recording.json
`;

const tableText = '  data/<id>/table-1.*        rows of a later table about it, e.g. of a CRM, exactly as they were\n';

/** Returns the data/README.txt of a bag, for readers who have only this bag. Lines that begin with four blanks are commands; a test runs them as written. */
export function bagReadme({ externalIdentifier, recordings, type, opusCopy }: BagOutline): string {
  const isAmendment = type === 'amendment';
  const calls = recordings === 1 ? 'one telephone recording' : `${recordings} telephone recordings`;
  return `This folder is a bag ${isAmendment ? `with newer descriptions of ${calls}` : `of ${calls}`}, named ${externalIdentifier}.
It is a BagIt 1.0 package (RFC 8493), written by longplay, and can be used without longplay.
${isAmendment ? amendmentText : ''}
What is here
  data/<id>/recording.json   who, when, how long, where it came from; text, readable in any editor
  data/<id>/original-1.*     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus    the access copy for listening (or access-1.wav)
  data/<id>/source-1.*       the records that described it, exactly as they were
${isAmendment ? tableText : ''}  formats.txt                formats and codecs of the originals, their specifications, and programs that can decode them
If a recording has several files, they are numbered. recording.json lists each file with its size and digests, its codec,
its decoder, and the comparison of the copy with the original.

${fixityCommands}  macOS:    shasum -a 256 -c tagmanifest-sha256.txt && shasum -a 256 -c manifest-sha256.txt
  Windows:  certutil -hashfile FILE SHA256, and compare with the line in manifest-sha256.txt

How to read the metadata of the calls: recording.json is text. One line per call, with jq:
    jq -r '[.recordingId, .recording.callStart.utc, .recording.callStart.raw, (.media | length)] | @tsv' data/*/recording.json
The parties, as the recorder wrote them:
    jq -r '.recordingId as $id | .recording.parties[] | [$id, .role, .phone.raw, .name] | @tsv' data/*/recording.json
Without jq, the ids in all of them:
    grep -h '"recordingId"' data/*/recording.json

How to listen
  access-1.opus is Ogg Opus (RFC 7845, RFC 6716): VLC, Firefox, Chrome, FFmpeg and most other players play it.
  access-1.wav is plain PCM. If there is no copy, recording.json says why under "accessReason".
${opusCopy === null ? '' : `To play one, or to convert it to WAV, with FFmpeg or with opus-tools:\n  ffplay -nodisp -autoexit ${opusCopy}\n    ${privateFolder}\n    ffmpeg -y -nostdin -i ${opusCopy} "$OUT"/copy-ffmpeg.wav\n    opusdec ${opusCopy} "$OUT"/copy-opusdec.wav\n`}For the originals, formats.txt has commands if free programs can open them.
`;
}
