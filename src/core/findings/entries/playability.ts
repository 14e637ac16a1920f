import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const decodersOrBytes =
  'Run `longplay doctor --canaries`: where it finds a changed decoder, put back the version that the message names and verify again. Where all decoders are well, the file was altered: bring it back from another copy of the archive.';

/** Codes V200 to V229: what playing an archive finds. */
export const playabilityFindings = {
  V200: error(
    'an original does not decode any more',
    'It was decoded when it was imported, and twice in a row it is not now: no format knows it, its coding is taken for another, or its decoder gives nothing.',
    decodersOrBytes,
  ),
  V201: error(
    'an original decodes to something else',
    'Decoded twice as at import, it gives other samples than recording.json says: by the same decoder, or by another beyond the bounds of length, level and waveform. The bytes were altered and every digest with them, or a decoder has changed.',
    decodersOrBytes,
  ),
  V202: warning(
    'originals decode to slightly other samples',
    'Another version of a decoder, or another processor, rounds otherwise: length, level and waveform are within the bounds. The recordings count as played.',
    'Nothing, if the version in the message was meant to change. Their digests can be repeated only with the version that recording.json names.',
  ),
  V203: warning(
    'copies decode to slightly other samples',
    'Another version of libopus or FFmpeg, or another processor, rounds otherwise: length, level and waveform are within the bounds. The recordings count as played.',
    'Nothing, if the version in the message was meant to change.',
  ),
  V204: error(
    'a copy decodes to something else',
    'Decoded twice, the copy has the recorded length and other samples, beyond the bounds of level and waveform. The copy was exchanged and every digest with it, or the decoder has changed.',
    decodersOrBytes,
  ),
  V205: warning(
    'originals were not played for want of FFmpeg',
    'FFmpeg decoded them at import, and there is none on this machine. Nothing is known of them beyond their digests; they do not count as played.',
    'Install FFmpeg or name it in LONGPLAY_FFMPEG (longplay doctor), then verify again.',
  ),
  V206: warning(
    'originals were not played for want of a password',
    'The recorder encrypted them, the import had the password, and this run has not. Nothing is known of them beyond their digests; they do not count as played.',
    'Play their copies, which are not encrypted, or run again with the password.',
  ),
  V207: error(
    'a file could not be read to be played',
    'The system gave the file when it was digested and refuses it now, or it changed between: a disk or a share that fails, or somebody at work.',
    'Look after the disk or share, then verify again.',
  ),
  V208: error(
    'a recording that ends the program that plays it',
    'A thread of longplay died twice while it decoded this recording: memory ran out, or a decoder crashed; or a decoder failed with an internal error, which the message names. Its digests were checked all the same. Whether it plays is not known, and nothing is entered against it (unreachable, exit 5).',
    'Run again with fewer jobs. If it stays, report it: the recording needs a decoder that survives it.',
  ),
  V214: error(
    'a decoder was ended by the machine',
    'FFmpeg was killed (M161) or crashed (M162), or memory ran out (M163), while the file was decoded. Its bytes are as recorded; whether it plays is not known, and nothing is entered against it.',
    'Give it more memory or use fewer --jobs, see `longplay doctor --canaries`, then verify again.',
  ),
  V215: error(
    'no random sample was decoded',
    'A sample shows something only where nobody could choose it: its seed is in the log before anything is decoded, and it is drawn from all recordings of the catalog. Without an entry in the log, or without a catalog, none was drawn. As a warning: there is no recording with sound to draw from.',
    'Run where the key of the archive is, with the archive writable; where the catalog is damaged: `longplay catalog rebuild ARCHIVE`, then verify again.',
  ),
  V212: error(
    'nothing that was played has sound',
    'The archive, or the bag, has audio files, all of them are as they were recorded, and none gives any sound: they are empty, headers without samples, silent from end to end, or no decoder was known when they were imported. Nothing shows that a call can be heard.',
    '`longplay list ARCHIVE --without-sound` and the report of the import name them. Look for the audio at the recorder, or import again with its codec declared. Where the archive holds no sound by design, verify it without --play.',
  ),
  V213: error(
    'the last verification heard no sound',
    'It played all audio files of the archive, found nothing altered, and none of them gave any sound (V212). Such a run is no success over sound and does not count as the last success.',
    'See V212. Where the archive holds no sound by design, verify it without --play.',
  ),
  V210: error(
    'a decoder decodes otherwise than it did',
    'A small file that ships with longplay was decoded, and the samples are not those that were recorded when it was made. It is a fault of this machine, not of a recording: what this run says of recordings of this codec cannot be relied on.',
    'Put back the version that the message names, or reinstall longplay, and verify again. Do not import this codec here.',
  ),
  V211: warning(
    'decoders that could not be tried',
    'A program that decodes these codecs is missing, so nothing is known of their decoding here.',
    'See what `longplay doctor` says is missing, then verify again.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
